package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./syncline demo`, and that it leaves nothing behind however it ends.
class DemoIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern URI =
            Pattern.compile("redis(?:-cluster)?://127\\.0\\.0\\.1:(\\d+)");

    @TempDir private Path temporary;

    @Test
    void provesBothSidesEqualAndLeavesNothingBehind() throws IOException {
        try (Launched demo = demo("--seconds", "2", "--json")) {
            assertThat(demo.exitCode()).as("%s", demo).isZero();
            assertThat(demo.out()).contains("\"event\":\"proof\"", "\"equal\":true");
            assertNothingLeft(demo);
        }
    }

    @Test
    void provesTwoClustersEqualThatBothAreWritten() throws IOException {
        try (Launched demo = demo("--clusters", "--two-way", "--seconds", "1", "--json")) {
            assertThat(demo.exitCode()).as("%s", demo).isZero();
            assertThat(demo.out()).contains("on both sides", "\"equal\":true");
            assertNothingLeft(demo);
        }
    }

    @Test
    void leavesNothingBehindWhenInterruptedOrKilled() throws IOException {
        for (String signal : new String[] {"INT", "KILL"}) {
            try (Launched demo = demo("--seconds", "60", "--json")) {
                Await.until("started", LIMIT, () -> demo.out().contains("\"started\""));

                demo.signal(signal);

                Await.until("the end", LIMIT, () -> !demo.isAlive());
                assertNothingLeft(demo);
            }
        }
    }

    private Launched demo(String... arguments) {
        String[] all =
                Stream.concat(Stream.of("demo"), Stream.of(arguments)).toArray(String[]::new);
        return Launched.start(Map.of("TMPDIR", temporary.toString()), all);
    }

    private void assertNothingLeft(Launched demo) throws IOException {
        Await.until("no file left", LIMIT, () -> isEmpty(temporary));
        Matcher uri = URI.matcher(demo.out());
        while (uri.find()) {
            int port = Integer.parseInt(uri.group(1));
            Await.until("port " + port + " closed", LIMIT, () -> !answers(port));
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
