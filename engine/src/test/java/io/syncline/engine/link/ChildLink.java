package io.syncline.engine.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A link in a process of its own, which a test can kill as an operator's `kill -9` does.
final class ChildLink implements AutoCloseable {
    private static final Duration DEATH = Duration.ofSeconds(10);

    private final Process process;
    private final Path log;

    private ChildLink(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static ChildLink start(int sourcePort, int targetPort, boolean merge, String... javaOptions) {
        try {
            Path log = Files.createTempFile("syncline-child", ".log");
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            // It lives for a second: what a compiler would win, it would cost.
            command.add("-XX:TieredStopAtLevel=1");
            command.addAll(List.of(javaOptions));
            command.addAll(
                    List.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            ChildLink.class.getName(),
                            Integer.toString(sourcePort),
                            Integer.toString(targetPort),
                            Boolean.toString(merge)));
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            return new ChildLink(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a link until it ends, or until this process is killed.
    public static void main(String[] arguments) {
        LinkOptions options =
                Sync.of(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]))
                        .merge(Boolean.parseBoolean(arguments[2]))
                        .options();
        Link link = new Link(options, System.out::println);
        System.out.println(link.run());
    }

    boolean alive() {
        return process.isAlive();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The most memory that it ever had in RAM.
    long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", process.pid() + "", "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmHWM for process " + process.pid());
    }

    void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(DEATH.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("process " + process.pid() + " outlives SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
