package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./syncline sync` and `precheck` against real servers: outcomes, exit codes, and no secret in
/// anything that others can read.
class SyncIT {
    private static final String SECRET = "s3cret-of-the-source";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private Path folder;

    private RedisServer source;
    private RedisServer target;

    @BeforeEach
    void startServers() {
        source = RedisServer.builder().password(SECRET).start();
        target = RedisServer.start();
        for (int i = 0; i < 100; i++) {
            source.command("SET", "key:" + i, "value");
        }
    }

    @AfterEach
    void stopServers() {
        source.close();
        target.close();
    }

    @Test
    void copiesUntilCaughtUpAndEndsWithZero() {
        try (Launched sync = sync("--until-caught-up", "--json")) {
            assertThat(sync.exitCode()).as("%s", sync).isZero();
            assertThat(target.number("DBSIZE")).isGreaterThanOrEqualTo(100);
            assertThat(sync.out().lines()).allMatch(line -> line.startsWith("{\"time\":"));
            assertThat(sync.out())
                    .contains("\"event\":\"started\"", "\"event\":\"phase\"")
                    .contains("\"event\":\"progress\"", "\"event\":\"caught-up\"");
            assertThat(sync.out().lines().toList().getLast())
                    .contains("\"event\":\"ended\"", "\"outcome\":\"done\"", "\"exitCode\":0");
            assertThat(sync.out() + sync.errors()).doesNotContain(SECRET);
        }
    }

    @Test
    void anOptionThatOnlyTheTargetShowsToBeBadEndsWithTwoToo() {
        try (Launched first = sync("--snapshot-only", "--task", "of-one", "--databases", "0")) {
            assertThat(first.exitCode()).as("%s", first).isZero();
        }
        try (Launched more =
                sync("--snapshot-only", "--task", "of-one", "--databases", "0,1", "--json")) {
            assertThat(more.exitCode()).as("%s", more).isEqualTo(2);
            assertThat(more.out()).contains("not take on more (0,1)", "\"exitCode\":2");
        }
    }

    @Test
    void aFileEndsByItselfWithZeroAndABrokenOneFailsThePrecheck() throws IOException {
        source.command("SAVE");
        Path dump = source.folder().resolve("dump.rdb");
        try (Launched sync =
                Launched.run(
                        "sync", "--source", "file:" + dump, "--target", uri(target), "--json")) {
            assertThat(sync.exitCode()).as("%s", sync).isZero();
            assertThat(sync.out()).contains("\"sourceMode\":\"file\"", "\"outcome\":\"done\"");
            assertThat(target.text("GET", "key:1")).isEqualTo("value");
        }
        Path broken = Files.write(folder.resolve("dump.rdb"), new byte[100]);
        try (Launched sync =
                Launched.run("sync", "--source", "file://" + broken, "--target", uri(target))) {
            assertThat(sync.exitCode()).as("%s", sync).isEqualTo(3);
        }
    }

    @Test
    void aSourceThatIsScannedSaysSo() {
        try (Launched sync = sync("--until-caught-up", "--json", "--source-mode", "scan")) {
            assertThat(sync.exitCode()).as("%s", sync).isZero();
            assertThat(sync.out())
                    .contains("\"sourceMode\":\"scan\"", "(scan)\"", "\"check\":\"source-scan\"");
            assertThat(target.text("GET", "key:1")).isEqualTo("value");
        }
    }

    @Test
    void runsUntilASignalStopsItCleanlyAndShowsNoSecretMeanwhile() {
        for (String signal : new String[] {"TERM", "INT", "HUP"}) {
            try (Launched sync = sync("--json")) {
                Await.until("streaming", LIMIT, () -> sync.out().contains("\"streaming\""));
                assertThat(sync.commandLine()).contains("--source").doesNotContain(SECRET);

                sync.signal(signal);

                assertThat(sync.exitCode()).as("%s", sync).isEqualTo(130);
                assertThat(sync.out()).contains("\"outcome\":\"interrupted\"");
                assertThat(sync.out() + sync.errors()).doesNotContain(SECRET);
            }
        }
    }

    @Test
    void plainLinesNameTheTaskAndTheEnd() {
        try (Launched sync = sync("--until-caught-up", "--task", "orders")) {
            assertThat(sync.exitCode()).as("%s", sync).isZero();
            assertThat(sync.out()).contains("task orders: redis://127.0.0.1:");
            assertThat(sync.out().lines().toList().getLast()).contains("Done. In ");
            assertThat(sync.out()).doesNotContain("\u001b").doesNotContain(SECRET);
        }
    }

    @Test
    void aWrongPasswordFailsThePrecheckWithoutShowingIt() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "wr0ng-one\n");
        String[][] commands = {{"sync"}, {"sync", "--json"}, {"precheck"}, {"precheck", "--json"}};
        for (String[] command : commands) {
            try (Launched launched =
                    Launched.run(
                            with(
                                    command,
                                    "--source=" + uri(source),
                                    "--target=" + uri(target),
                                    "--retry-minutes=0",
                                    "--source-password-file=" + wrong))) {
                assertThat(launched.exitCode()).as("%s", launched).isEqualTo(3);
                assertThat(launched.out() + launched.errors())
                        .contains("127.0.0.1:" + source.port())
                        .doesNotContain("wr0ng-one")
                        .doesNotContain("Exception");
            }
        }
        assertThat(target.number("DBSIZE")).isZero();
    }

    @Test
    void aPortWhereNothingAnswersFailsThePrecheck() {
        int port = target.port();
        target.kill();
        try (Launched launched = sync("--retry-minutes=0", "--json")) {
            assertThat(launched.exitCode()).as("%s", launched).isEqualTo(3);
            assertThat(launched.out()).contains("UNREACHABLE", "127.0.0.1:" + port);
        }
    }

    @Test
    void tlsToAPlainPortFailsThePrecheck() {
        try (Launched launched =
                Launched.run(
                        "precheck",
                        "--json",
                        "--source=rediss://127.0.0.1:" + target.port(),
                        "--target=" + uri(target))) {
            assertThat(launched.exitCode()).as("%s", launched).isEqualTo(3);
            assertThat(launched.out()).contains("TLS_FAILED");
        }
    }

    @Test
    void theSameInstanceOnBothSidesFailsThePrecheck() {
        try (Launched launched =
                Launched.run(
                        "precheck",
                        "--json",
                        "--source=" + uri(target),
                        "--target=" + uri(target))) {
            assertThat(launched.exitCode()).as("%s", launched).isEqualTo(3);
            assertThat(launched.out()).contains("SAME_INSTANCE");
        }
    }

    @Test
    void aTargetWithKeysFailsThePrecheckUnlessOverwritingIsChosen() {
        target.command("SET", "mine", "1");
        try (Launched refused = sync("--until-caught-up");
                Launched forced = sync("--until-caught-up", "--on-existing=overwrite")) {
            assertThat(refused.exitCode()).as("%s", refused).isEqualTo(3);
            assertThat(refused.out()).contains("--on-existing");
            assertThat(forced.exitCode()).as("%s", forced).isZero();
        }
    }

    private Launched sync(String... more) {
        return Launched.start(
                Map.of("SYNCLINE_SOURCE_PASSWORD", SECRET),
                with(
                        new String[] {"sync", "--source=" + uri(source), "--target=" + uri(target)},
                        more));
    }

    private static String[] with(String[] first, String... more) {
        String[] all = new String[first.length + more.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    private static String uri(RedisServer server) {
        return "redis://127.0.0.1:" + server.port();
    }
}
