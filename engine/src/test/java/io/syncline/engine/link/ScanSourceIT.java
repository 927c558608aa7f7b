package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.LinkOptions.End;
import io.syncline.engine.precheck.Finding;
import io.syncline.testkit.Instance;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Sources that are read by scanning, with and without keyspace notifications: equal as soon as
/// they rest, and never more than was theirs is touched.
class ScanSourceIT {
    private static final String NO_PSYNC = "rename-command PSYNC \"\"";
    private static final String NOTIFY = "notify-keyspace-events AE";

    /// Expiries of sources before 7.0 are computed from what is left.
    private static final Duration TOLERANCE = Duration.ofMillis(500);

    static Stream<ServerBinary> versions() {
        return Servers.versions().stream();
    }

    private static RedisServer source(ServerBinary binary, String... more) {
        return RedisServer.builder().binary(binary).config(NO_PSYNC).config(more).start();
    }

    private static LinkOptions.SourceMode.Scan every(int seconds) {
        return new LinkOptions.SourceMode.Scan(Duration.ofSeconds(seconds), false);
    }

    private static RunningLink start(Sync sync, LinkOptions.SourceMode mode) {
        return sync.mode(mode).start();
    }

    private static Workload traffic(RedisServer source) {
        return Workload.on(source)
                .profile(WorkloadProfile.MIXED)
                .databases(0, 3)
                .connections(2)
                .start();
    }

    private static void awaitEqual(RunningLink link, Instance source, Instance target) {
        link.await(
                "both sides are equal",
                () -> new KeyspaceDigest().tolerance(TOLERANCE).compare(source, target).none());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void copiesWhatIsThereAndEndsWhenCaughtUp(ServerBinary binary) {
        try (RedisServer source = source(binary);
                RedisServer target = RedisServer.start(binary)) {
            new SampleData(31).databases(0, 3).functions().fill(source);
            try (RunningLink link =
                    start(Sync.of(source, target).end(End.CAUGHT_UP).noHeartbeat(), every(60))) {
                assertThat(link.awaitEnd()).as("%s", link).isEqualTo(Link.Outcome.DONE);
            }
            new KeyspaceDigest().tolerance(TOLERANCE).requireEqual(source, target);
        }
    }

    @Test
    void notificationsTellOfEveryChangeAndAFlushIsFoundByItsGap() {
        try (RedisServer source = source(Servers.embedded(), NOTIFY);
                RedisServer target = RedisServer.start()) {
            target.command("SET", "theirs", "kept");
            new SampleData(32).databases(0, 3).fill(source);
            try (RunningLink link =
                            start(Sync.of(source, target).overwrite().noHeartbeat(), every(600))
                                    .awaitStreaming();
                    Workload workload = traffic(source)) {
                workload.awaitMore(5_000, RunningLink.LIMIT);
                workload.stop();
                source.command("SET", "theirs", "ours");
                source.command("DEL", "theirs");
                awaitEqual(link, source, target);
                assertThat(link.events(LinkEvent.Warned.class))
                        .anyMatch(said -> said.text().contains("told by keyspace notifications"));
                source.command("FLUSHALL");
                awaitEqual(link, source, target);
            }
        }
    }

    @Test
    void withoutNotificationsFullScansFindEveryChangeAndDeletion() {
        try (RedisServer source = source(Servers.embedded());
                RedisServer target = RedisServer.start()) {
            new SampleData(33).databases(0, 3).fill(source);
            target.command("SET", "theirs", "kept");
            try (RunningLink link =
                            start(Sync.of(source, target).overwrite().noHeartbeat(), every(1))
                                    .awaitStreaming();
                    Workload workload = traffic(source)) {
                workload.awaitMore(3_000, RunningLink.LIMIT);
                workload.stop();
                source.command("SELECT", 3);
                source.command("FLUSHDB");
                link.await("a foreign key stands", () -> target.number("EXISTS", "theirs") == 1);
                target.command("DEL", "theirs");
                awaitEqual(link, source, target);
            }
        }
    }

    @Test
    void switchesNotificationsOnWhenAgreedAndBackAtTheEnd() {
        try (RedisServer source = source(Servers.embedded(), "notify-keyspace-events Kx");
                RedisServer target = RedisServer.start()) {
            try (RunningLink link =
                    start(
                                    Sync.of(source, target).noHeartbeat(),
                                    new LinkOptions.SourceMode.Scan(Duration.ofMinutes(10), true))
                            .awaitStreaming()) {
                assertThat(flags(source)).contains("A", "K");
                source.command("SET", "key", "value");
                link.await("the key is there", () -> target.number("EXISTS", "key") == 1);
                source.command("DEL", "key");
                link.await("the key is gone", () -> target.number("EXISTS", "key") == 0);
            }
            assertThat(flags(source)).isEqualTo("xK");
        }
    }

    private static String flags(RedisServer server) {
        try (var wire = server.endpoint().connect()) {
            Object value = wire.list("CONFIG", "GET", "notify-keyspace-events").get(1);
            return new String((byte[]) value, java.nio.charset.StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aSourceThatGoesAwayIsFoundAgainAndNothingIsMissed() {
        try (RedisServer source = source(Servers.embedded(), NOTIFY, "appendonly yes");
                RedisServer target = RedisServer.start()) {
            try (RunningLink link =
                    start(Sync.of(source, target).noHeartbeat(), every(600)).awaitStreaming()) {
                source.command("SET", "before", 1);
                link.await("the key is there", () -> target.number("EXISTS", "before") == 1);
                source.kill();
                source.restart();
                source.command("SET", "after", 1);
                source.command("DEL", "before");
                awaitEqual(link, source, target);
            }
        }
    }

    @Test
    void scansEveryShardOfACluster() {
        ServerBinary binary = Servers.find("redis-7.0").orElseGet(Servers::embedded);
        try (TopologySide source = TopologySide.start("3", binary);
                TopologySide target = TopologySide.start("1", binary)) {
            new SampleData(34).databases(0).fill(source.instance());
            try (RunningLink link =
                    start(
                            Sync.between(source.endpoint(), target.endpoint())
                                    .end(End.CAUGHT_UP)
                                    .noHeartbeat(),
                            every(60))) {
                assertThat(link.awaitEnd()).as("%s", link).isEqualTo(Link.Outcome.DONE);
            }
            new KeyspaceDigest().requireEqual(source.instance(), target.instance());
        }
    }

    @Test
    void theChecksSayWhatIsNotPromisedAndARefusalNamesTheMode() {
        try (RedisServer source = source(Servers.embedded());
                RedisServer target = RedisServer.start()) {
            Sync sync = Sync.of(source, target);
            List<Finding> refused = new Link(sync.options(), event -> {}).precheck();
            assertThat(refused)
                    .filteredOn(finding -> finding.check().equals("source-replication"))
                    .singleElement()
                    .satisfies(f -> assertThat(f.remedy()).contains("--source-mode scan"));
            List<Finding> findings =
                    new Link(sync.mode(every(60)).options(), event -> {}).precheck();
            assertThat(findings)
                    .filteredOn(finding -> finding.check().equals("source-scan"))
                    .singleElement()
                    .satisfies(f -> {
                        assertThat(f.severity()).isEqualTo(Finding.Severity.WARNING);
                        assertThat(f.reason())
                                .startsWith("read by scanning: not promised are the order")
                                .endsWith("are off, so changes are found by full scans");
                    });
            assertThat(findings).noneMatch(f -> f.severity() == Finding.Severity.ERROR);
        }
    }
}
