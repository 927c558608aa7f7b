package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each warning and error about a source, provoked on real servers.
class SourceChecksIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @AutoClose private final RedisServer source = RedisServer.start();
    @AutoClose private final RedisServer target = RedisServer.start();

    @Test
    void aCommandThatNobodyKnowsIsToldAndOneThatLooksMistypedIsAnError() {
        Precheck precheck =
                Trial.of(source, target)
                        .precheck()
                        .commands(List.of("set", "sett", "my.command", "debug"));

        assertThat(Trial.sentences(precheck.run(), "commands"))
                .containsExactly(
                        "ERROR neither Syncline nor the source knows a command 'sett'; the nearest"
                                + " is 'set' | Write 'set', or leave it out until the source knows"
                                + " it",
                        "WARNING neither Syncline nor the source knows a command 'my.command' |"
                                + " Leave it out, unless it is of a module that is still to be"
                                + " loaded");
    }

    @Test
    void aReplicaIsAWarningAndWithoutItsPrimaryAnError() {
        RedisServer primary = RedisServer.start();
        try (RedisServer replica = RedisServer.builder().replicaOf(primary).start()) {
            Await.until(
                    "the replica follows",
                    LIMIT,
                    () -> replica.info("master_link_status").equals("up"));
            Trial trial = Trial.of(replica, target);
            assertThat(trial.find("source-role"))
                    .containsExactly(
                            "WARNING the source is a replica of 127.0.0.1:"
                                    + primary.port()
                                    + ": no heartbeat can be written, so the latency in milliseconds"
                                    + " is unknown | Name the primary, if it may bear the load");
            assertThat(trial.find("source-heartbeat"))
                    .containsExactly("OK none can be written to a replica");

            primary.close();
            Await.until(
                    "the replica has noticed",
                    LIMIT,
                    () -> replica.info("master_link_status").equals("down"));

            assertThat(trial.find("source-role"))
                    .containsExactly(
                            "ERROR the source is a replica that has lost its own primary 127.0.0.1:"
                                    + primary.port()
                                    + " | Bring its primary back, or name another node");
        } finally {
            primary.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-6.0", "redis-7", "redis-8", "valkey-9"})
    void anAccountWithoutPsyncIsRefusedByEveryVersionWithAccounts(String version) {
        try (RedisServer server = RedisServer.start(find(version))) {
            Trial.account(server, "reader", "+@all", "-psync", "~*");

            assertThat(
                            new Trial(Trial.uri(server, "reader"), Trial.uri(target))
                                    .find("source-replication"))
                    .singleElement()
                    .asString()
                    .startsWith("ERROR the source does not let us replicate: ")
                    .containsIgnoringCase("psync")
                    .endsWith(
                            " | Allow the account +psync +replconf +ping +info, or ask the provider"
                                    + " to open replication for it; a proxy cannot be a source. Where"
                                    + " replication stays blocked, choose --source-mode scan, which"
                                    + " promises less");
            assertThat(server.info("sync_full")).isEqualTo("0");
        }
    }

    @Test
    void anAccountWithoutReplconfIsRefused() {
        Trial.account(source, "reader", "+@all", "-replconf", "~*");

        assertThat(
                        new Trial(Trial.uri(source, "reader"), Trial.uri(target))
                                .find("source-replication"))
                .containsExactly(
                        "ERROR the source does not let us replicate: NOPERM this user has no"
                                + " permissions to run the 'replconf' command | Allow the account"
                                + " +psync +replconf +ping +info, or ask the provider to open"
                                + " replication for it; a proxy cannot be a source. Where replication"
                                + " stays blocked, choose --source-mode scan, which promises less");
    }

    @Test
    void theLeastAccountMayNotAskAndIsNotStopped() {
        Trial.account(source, "least", "+psync", "+replconf", "+ping", "+info");
        Trial trial = new Trial(Trial.uri(source, "least"), Trial.uri(target));

        assertThat(Trial.errors(trial.run())).isEmpty();
        assertThat(trial.find("source-replication"))
                .singleElement()
                .asString()
                .startsWith(
                        "OK PSYNC is known; whether this account may run it shows at the start");
        assertThat(trial.find("source-repl-timeout"))
                .containsExactly(
                        "OK repl-timeout cannot be looked at: NOPERM this user has no permissions to"
                                + " run the 'config|get' command");
    }

    @Test
    void aRenamedPsyncIsAnError() {
        try (RedisServer hidden =
                RedisServer.builder().config("rename-command PSYNC \"\"").start()) {
            assertThat(Trial.of(hidden, target).find("source-replication"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "ERROR the source does not let us replicate: it knows no PSYNC (renamed,"
                                    + " or hidden by a proxy or a provider)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-6.0", "redis-7"})
    void anAccountThatMayNotWriteTheHeartbeatIsAWarning(String version) {
        try (RedisServer server = RedisServer.start(find(version))) {
            Trial.account(server, "reader", "+@all", "-setex", "~*");

            assertThat(
                            new Trial(Trial.uri(server, "reader"), Trial.uri(target))
                                    .find("source-heartbeat"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "WARNING the account may not write the heartbeat key, so the latency in"
                                    + " milliseconds is unknown: ")
                    .endsWith(
                            " | Allow the account +setex on keys"
                                    + " ~DTS_REDIS_TIMESTAMP_HEARTBEAT*");
        }
    }

    @Test
    void aSourceThatKeepsNothingIsAWarning() {
        Trial trial = Trial.of(source, target);
        assertThat(trial.find("source-persistence"))
                .containsExactly(
                        "WARNING the source keeps nothing on disk: if it is started again it is empty,"
                                + " and then what came from it may be removed from the target | CONFIG"
                                + " SET appendonly yes or CONFIG SET save '3600 1' at the source, or"
                                + " let nothing start it again by itself; --on-gap stop keeps the"
                                + " target's keys");
        assertThat(Trial.sentences(trial.precheck().bothWays().run(), "source-persistence"))
                .singleElement()
                .asString()
                .contains("the task stops and asks which side's data stand")
                .doesNotContain("on-gap");

        source.command("CONFIG", "SET", "save", "3600 1");
        assertThat(trial.find("source-persistence"))
                .containsExactly("OK the source saves its data to disk (save 3600 1)");

        source.command("CONFIG", "SET", "appendonly", "yes");
        assertThat(trial.find("source-persistence"))
                .containsExactly("OK the source keeps an append-only file");
    }

    @Test
    void aSmallBacklogIsAWarningAndALargeOneIsNot() {
        Trial trial = Trial.of(source, target);
        // How long it bridges is told only while the source is written.
        assertThat(trial.find("source-backlog"))
                .singleElement()
                .asString()
                .matches(
                        "WARNING repl-backlog-size is 1 MB(, which bridges .* at the present .*/s)?; a"
                                + " link that is away for longer needs a new snapshot \\| CONFIG SET"
                                + " repl-backlog-size 256mb at the source, or what an outage of ten"
                                + " minutes writes");

        source.command("CONFIG", "SET", "repl-backlog-size", "64mb");

        assertThat(trial.find("source-backlog"))
                .singleElement()
                .asString()
                .matches("OK repl-backlog-size is 64 MB(, which bridges .* at the present .*/s)?");
    }

    @Test
    void aBacklogThatTheWriteRateOutrunsIsAWarningThatSaysHowLongItLasts() {
        source.command("CONFIG", "SET", "repl-backlog-size", "16mb");
        byte[] value = new byte[1 << 20];
        Await.until(
                "megabytes a second are written",
                LIMIT,
                () -> {
                    source.command("SET", "key", value);
                    return Double.parseDouble(source.info("instantaneous_input_kbps")) > 2_000;
                });

        assertThat(Trial.of(source, target).find("source-backlog"))
                .singleElement()
                .asString()
                .matches(
                        "WARNING repl-backlog-size is 16 MB, which bridges \\d+ s at the present \\d+"
                                + " MB/s; a link that is away for longer needs a new snapshot \\|.*");
    }

    @Test
    void aSmallOutputBufferIsAWarning() {
        source.command("CONFIG", "SET", "client-output-buffer-limit", "slave 8mb 1mb 60");

        assertThat(Trial.of(source, target).find("source-output-buffer"))
                .singleElement()
                .asString()
                .matches(
                        "WARNING the output buffer limit of replicas is 8 MB at once, 1 MB for 60 s"
                                + "(, which bridges .* at the present .*/s)?; a snapshot that takes"
                                + " longer than the source waits begins anew \\| CONFIG SET"
                                + " client-output-buffer-limit 'slave 0 0 0' at the source while the"
                                + " snapshot runs");
    }

    @Test
    void aShortReplTimeoutIsAWarning() {
        source.command("CONFIG", "SET", "repl-timeout", "10");

        assertThat(Trial.of(source, target).find("source-repl-timeout"))
                .containsExactly(
                        "WARNING repl-timeout is 10 s: a short stall of the network or of the target"
                                + " ends the link | CONFIG SET repl-timeout 60 at the source");
    }

    @Test
    void saysHowSnapshotsAreSent() {
        Trial trial = Trial.of(source, target);
        assertThat(trial.find("source-snapshot"))
                .containsExactly(
                        "OK snapshots are sent without a file, after waiting 0 s for other replicas");

        source.command("CONFIG", "SET", "repl-diskless-sync", "no");

        assertThat(trial.find("source-snapshot"))
                .containsExactly("OK snapshots are written to the source's disk first");
    }

    @Test
    void saysWhichDatabasesAreLeftOut() {
        source.command("SET", "key", "value");
        source.command("MOVE", "key", 3);
        source.command("SET", "key", "value");

        assertThat(Trial.of(source, target).database(0, 0).find("source-databases"))
                .containsExactly(
                        "OK keys are in databases 0 and 3; --databases leaves out database 3");
        assertThat(Trial.of(source, target).find("source-databases"))
                .containsExactly("OK keys are in databases 0 and 3");
    }

    private static ServerBinary find(String version) {
        Optional<ServerBinary> binary = Servers.find(version);
        assumeTrue(binary.isPresent(), version + " is not here; run testkit/servers.sh");
        return binary.get();
    }
}
