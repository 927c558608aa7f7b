package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.Ports;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./syncline server` as a process, worked with by `./syncline login`, `instance` and `task`;
/// killed without warning while a task runs.
class ServerIT {
    private static final String PASSWORD = "correct horse battery";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    private RedisServer source;
    private RedisServer target;
    private int port;

    @BeforeEach
    void startServers() {
        source = RedisServer.start();
        target = RedisServer.start();
        port = Ports.free();
    }

    @AfterEach
    void stopServers() {
        source.close();
        target.close();
    }

    private Launched server() {
        Launched server =
                Launched.start(
                        Map.of("SYNCLINE_ADMIN_PASSWORD", PASSWORD),
                        "server",
                        "--data",
                        folder.resolve("data").toString(),
                        "--listen",
                        "127.0.0.1:" + port);
        Await.until("listening", LIMIT, () -> server.out().contains("listens on"));
        return server;
    }

    private String cli(int exitCode, String... arguments) {
        Map<String, String> environment =
                Map.of("XDG_CONFIG_HOME", folder.toString(), "SYNCLINE_PASSWORD", PASSWORD);
        try (Launched launched = Launched.start(environment, arguments)) {
            assertThat(launched.exitCode()).as("%s", launched).isEqualTo(exitCode);
            return launched.out() + launched.errors();
        }
    }

    /// Data arrive before anybody has looked at how far they are: what is told comes a moment
    /// later.
    private void awaitTold(String pattern, String... arguments) {
        Pattern wanted = Pattern.compile(pattern);
        Await.value(
                String.join(" ", arguments),
                LIMIT,
                () -> cli(0, arguments),
                told -> wanted.matcher(told).find());
    }

    @Test
    void aKilledServerGoesOnWhereItWasAndEveryCountIsExact() {
        source.command("SET", "counter", "0");
        Launched first = server();
        try {
            cli(0, "login", "--url", "http://127.0.0.1:" + port);
            cli(0, "instance", "add", "a", "redis://127.0.0.1:" + source.port());
            cli(0, "instance", "add", "b", "redis://127.0.0.1:" + target.port());
            assertThat(cli(0, "instance", "test", "a")).contains("standalone, 1 shard");
            cli(0, "task", "create", "orders", "a", "b");
            assertThat(cli(0, "task", "start", "orders", "--wait")).contains("Running");
            for (int i = 0; i < 1_000; i++) {
                source.command("INCR", "counter");
            }
            first.signal("KILL");
            for (int i = 0; i < 1_000; i++) {
                source.command("INCR", "counter");
            }
        } finally {
            first.close();
        }

        try (Launched second = server()) {
            Await.until("everything", LIMIT, () -> "2000".equals(target.text("GET", "counter")));
            awaitTold("orders  .*Running", "task", "list");
            assertThat(source.info("sync_full")).isEqualTo("1");
            assertThat(cli(0, "task", "events", "orders")).contains("started again");
            assertThat(cli(0, "task", "yaml", "orders")).contains("source: 'redis://127.0.0.1:");
            assertThat(cli(2, "task", "show", "nothing")).contains("there is no task");
            assertThat(cli(4, "task", "precheck", "orders", "--json"))
                    .contains("\"code\":\"NOT_NOW\"", "\"blame\":\"user\"", "Allowed now: pause")
                    .contains("\"event\":\"ended\"", "\"exitCode\":4");
            assertThat(cli(2, "task", "create", "more", "a"))
                    .contains("it needs NAME SOURCE TARGET");
            second.signal("TERM");
            assertThat(second.exitCode()).isEqualTo(130);
            assertThat(second.out() + second.errors()).doesNotContain(PASSWORD);
        }
    }

    /// Increments at both sides commute: whatever was on its way when the process died, none may be
    /// lost and none made twice.
    @Test
    void aKilledServerGoesOnWithATwoWayTaskWithoutASnapshot() {
        source.command("SET", "counter", "0");
        Launched first = server();
        try {
            cli(0, "login", "--url", "http://127.0.0.1:" + port);
            cli(0, "instance", "add", "a", "redis://127.0.0.1:" + source.port());
            cli(0, "instance", "add", "b", "redis://127.0.0.1:" + target.port());
            cli(0, "task", "create", "both", "a", "b", "--two-way");
            assertThat(cli(0, "task", "start", "both", "--wait")).contains("reverse");
            Await.until("the copy", LIMIT, () -> target.number("EXISTS", "counter") == 1);
            increment();
            first.signal("KILL");
            increment();
        } finally {
            first.close();
        }
        String full = source.info("sync_full");

        try (Launched second = server()) {
            for (RedisServer each : new RedisServer[] {source, target}) {
                Await.until("everything", LIMIT, () -> "1000".equals(each.text("GET", "counter")));
            }
            assertThat(source.info("sync_full")).isEqualTo(full);
            awaitTold(
                    "(?s)forward  a to b: Running.*reverse  b to a: Running",
                    "task",
                    "show",
                    "both");
            assertThat(cli(0, "task", "conflicts", "both")).contains("No conflict yet");
            assertThat(cli(0, "task", "yaml", "both")).contains("two-way: true");
            second.signal("TERM");
            assertThat(second.exitCode()).isEqualTo(130);
        }
    }

    private void increment() {
        for (int i = 0; i < 250; i++) {
            source.command("INCR", "counter");
            target.command("INCR", "counter");
        }
    }

    @Test
    void thePasswordIsPrintedAtTheFirstStartOnly() throws IOException {
        Path data = folder.resolve("fresh");
        String[] command = {"server", "--data", data.toString(), "--listen", "127.0.0.1:" + port};
        try (Launched first = Launched.start(command)) {
            Await.until("listening", LIMIT, () -> first.out().contains("shown this once"));
            assertThat(first.out()).contains("log in as admin with the password ");
            // Names of keys and parts of values are in there.
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                    .isEqualTo("rwx------");
            try (Launched other = Launched.start(command)) {
                assertThat(other.exitCode()).isEqualTo(2);
                assertThat(other.errors()).contains("another service works with the folder");
            }
            first.signal("TERM");
            first.exitCode();
        }
        try (Launched second = Launched.start(command)) {
            Await.until("listening", LIMIT, () -> second.out().contains("listens on"));
            assertThat(second.out()).doesNotContain("password");
        }
    }
}
