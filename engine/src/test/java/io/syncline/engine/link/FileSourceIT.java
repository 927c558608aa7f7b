package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.precheck.Finding;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of servers as sources: equal keyspaces at the end, nothing twice, nothing of a broken
/// file.
class FileSourceIT {
    private static final String[] AOF = {
        "appendonly yes",
        "appendfsync no",
        "aof-use-rdb-preamble yes",
        "auto-aof-rewrite-percentage 0"
    };

    @TempDir private Path folder;

    static Stream<ServerBinary> versions() {
        return Servers.versions().stream();
    }

    private static Sync from(Path file, Endpoint target) {
        return Sync.between(Endpoint.ofFile(file), target);
    }

    private static Sync from(Path file, RedisServer target) {
        return from(file, Sync.at(target.port()));
    }

    private static void runsToItsEnd(Sync sync) {
        try (RunningLink link = sync.start()) {
            assertThat(link.awaitEnd()).as("%s", link).isEqualTo(Link.Outcome.DONE);
        }
    }

    private static void traffic(RedisServer server, int steps) {
        try (Workload workload =
                Workload.on(server)
                        .profile(WorkloadProfile.MIXED)
                        .databases(0, 3)
                        .connections(2)
                        .start()) {
            workload.awaitMore(steps, RunningLink.LIMIT);
            workload.stop();
        }
    }

    private static void rewrite(RedisServer server) {
        server.command("BGREWRITEAOF");
        Await.until(
                "the append-only file is rewritten",
                Duration.ofSeconds(30),
                () ->
                        server.info("aof_rewrite_in_progress").equals("0")
                                && server.info("aof_rewrite_scheduled").equals("0"));
    }

    /// Where a server keeps its append-only file; a folder since 7.0.
    private static Path appendOnly(RedisServer server) {
        Path parts = server.folder().resolve("appendonlydir");
        return Files.isDirectory(parts) ? parts : server.folder().resolve("appendonly.aof");
    }

    private static void incr(RedisServer server, int times) {
        for (int i = 0; i < times; i++) {
            server.command("INCR", "counter");
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void copiesAnRdbFileOfEveryVersion(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary)) {
            new SampleData(21).databases(0, 3).fill(source);
            source.command("SAVE");
            runsToItsEnd(from(source.folder().resolve("dump.rdb"), target));
            new KeyspaceDigest().requireEqual(source, target);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void copiesAnAppendOnlyFileWithItsRdbAndEveryCommandBehindIt(ServerBinary binary) {
        boolean preamble = binary.version().atLeastRedis(4, 0);
        String[] config = preamble ? AOF : new String[] {AOF[0], AOF[1], AOF[3]};
        try (RedisServer source = RedisServer.builder().binary(binary).config(config).start();
                RedisServer target = RedisServer.start(binary)) {
            traffic(source, 500);
            rewrite(source);
            traffic(source, 2_000);
            runsToItsEnd(from(appendOnly(source), target));
            new KeyspaceDigest().tolerance(Duration.ofMillis(500)).requireEqual(source, target);
        }
    }

    @Test
    void copiesToAClusterAndMapsDatabasesAndExtendsExpiry() {
        Optional<ServerBinary> binary = Servers.find("redis-7.0");
        try (RedisServer source = RedisServer.builder().config(AOF).start();
                TopologySide target =
                        TopologySide.start("3", binary.orElseGet(Servers::embedded))) {
            try (var wire = source.endpoint().connect()) {
                wire.call("SELECT", 3);
                for (int i = 0; i < 100; i++) {
                    wire.call("SET", "key:" + i, i);
                    wire.call("INCRBY", "key:" + i, 1000);
                }
                wire.call("SELECT", 1);
                wire.call("SET", "left", "out");
            }
            runsToItsEnd(from(appendOnly(source), target.endpoint()).database(3, 0));
            runsToItsEnd(from(appendOnly(source), target.endpoint()).database(3, 0));
            new KeyspaceDigest()
                    .onlyDatabases(3)
                    .database(3, 0)
                    .requireEqual(source, target.instance());
        }
    }

    @Test
    void aSecondRunGoesOnBehindWhatWasAppliedAndDoublesNothing() throws IOException {
        try (RedisServer source = RedisServer.builder().config(AOF).start();
                RedisServer target = RedisServer.start()) {
            incr(source, 100);
            Path copy = copy(appendOnly(source));
            runsToItsEnd(from(copy, target));
            assertThat(target.text("GET", "counter")).isEqualTo("100");
            runsToItsEnd(from(copy, target));
            assertThat(target.text("GET", "counter")).isEqualTo("100");
            incr(source, 50);
            runsToItsEnd(from(copy(appendOnly(source)), target));
            assertThat(target.text("GET", "counter")).isEqualTo("150");
        }
    }

    @Test
    void aRunThatIsStoppedAnywhereGoesOnThereAndDoublesNothing() throws IOException {
        int times = 300_000;
        Path file = folder.resolve("appendonly.aof");
        Files.writeString(file, "*2\r\n$4\r\nINCR\r\n$7\r\ncounter\r\n".repeat(times));
        try (RedisServer target = RedisServer.start()) {
            int stops = 0;
            Link.Outcome outcome = Link.Outcome.STOPPED;
            while (outcome != Link.Outcome.DONE) {
                try (RunningLink link = from(file, target).start()) {
                    int least = stops * 40_000;
                    Await.until(
                            "some of the file is applied",
                            RunningLink.LIMIT,
                            () ->
                                    link.ended()
                                            || (target.number("EXISTS", "counter") == 1
                                                    && Long.parseLong(target.text("GET", "counter"))
                                                            > least));
                    outcome = link.stop();
                    stops++;
                }
            }
            assertThat(stops).isGreaterThan(1);
            assertThat(target.text("GET", "counter")).isEqualTo(Integer.toString(times));
        }
    }

    private Path copy(Path from) throws IOException {
        Path to = folder.resolve("copy");
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        to.resolve(file.getFileName()),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }

    @Test
    void aRewrittenFileIsRefusedByTheTaskThatAppliedTheOldOne() {
        try (RedisServer source = RedisServer.builder().config(AOF).start();
                RedisServer target = RedisServer.start()) {
            incr(source, 10);
            runsToItsEnd(from(appendOnly(source), target));
            rewrite(source);
            Failure failure = from(appendOnly(source), target).fails();
            assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_FILE_CHANGED);
            assertThat(failure.reason())
                    .isEqualTo(
                            "the file is another one than before: it does not begin like the one"
                                    + " that this task has applied");
            assertThat(target.text("GET", "counter")).isEqualTo("10");
        }
    }

    @Test
    void anUnfinishedEndIsCutAsAServerDoesAndSaid() throws IOException {
        Path file = folder.resolve("appendonly.aof");
        String whole = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n#TS:1700000000\r\n";
        String multi = "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n1\r\n";
        String torn = "*3\r\n$3\r\nSET\r\n$1\r";
        Files.writeString(file, whole + multi + torn);
        try (RedisServer target = RedisServer.start()) {
            Sync sync = from(file, target);
            List<Finding> findings = new Link(sync.options(), event -> {}).precheck();
            assertThat(findings)
                    .filteredOn(f -> f.severity() == Finding.Severity.WARNING)
                    .extracting(Finding::reason)
                    .containsExactly(
                            "the last "
                                    + (multi.length() + torn.length())
                                    + " bytes are not applied, being a MULTI without its EXEC; a"
                                    + " server cuts them off, too (aof-load-truncated)");
            runsToItsEnd(sync);
            assertThat(target.text("GET", "a")).isEqualTo("1");
            assertThat(target.number("EXISTS", "b")).isZero();
            Files.writeString(
                    file,
                    whole + multi + "*1\r\n$4\r\nEXEC\r\n",
                    StandardOpenOption.TRUNCATE_EXISTING);
            runsToItsEnd(sync);
            assertThat(target.text("GET", "b")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*3\r\n$3\r\nSET\r\n$1\r",
                "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n1\r\n",
                "#TS:1700000000\r\n"
            })
    void aFileOfNothingButAnUnfinishedEndIsAppliedAsNothing(String text) throws IOException {
        Path file = folder.resolve("appendonly.aof");
        Files.writeString(file, text);
        try (RedisServer target = RedisServer.start()) {
            runsToItsEnd(from(file, target));
            assertThat(target.number("EXISTS", "b")).isZero();
        }
    }

    @Test
    void nothingOfABrokenFileIsApplied() throws IOException {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            new SampleData(5).databases(0).fill(source);
            source.command("SAVE");
            byte[] bytes = Files.readAllBytes(source.folder().resolve("dump.rdb"));
            Path broken = folder.resolve("dump.rdb");
            bytes[bytes.length - 3] ^= 1;
            Files.write(broken, bytes);
            refused(broken, target, "the checksum");
            Files.write(broken, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            refused(broken, target, "the RDB ends too early, at byte " + bytes.length / 2 + ": ");
            Files.writeString(broken, "hello");
            refused(broken, target, "it is neither an RDB, which begins with REDIS or VALKEY, nor");
            refused(folder.resolve("none"), target, "there is no such file");
            assertThat(target.number("DBSIZE")).isZero();
        }
    }

    private static void refused(Path file, RedisServer target, String reason) {
        Link link = new Link(from(file, target).options(), event -> {});
        assertThat(link.precheck())
                .filteredOn(f -> f.severity() == Finding.Severity.ERROR)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.check()).isEqualTo("source-file");
                    assertThat(finding.code()).isEqualTo(ErrorCode.SOURCE_FILE_UNUSABLE);
                    assertThat(finding.reason()).contains(reason);
                });
        assertThat(link.run()).isEqualTo(Link.Outcome.PRECHECK_FAILED);
    }
}
