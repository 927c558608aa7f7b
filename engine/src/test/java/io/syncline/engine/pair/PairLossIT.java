package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Await;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/// What may take data away from one side must not do so unseen, and not from both.
class PairLossIT {
    /// It still has the place to read from, which lies before what was lost, and says yes to it.
    @Test
    void aReplicaThatTookOverWithoutWhatTheOtherSideHasStopsTheTask() {
        try (RedisServer source = RedisServer.start();
                RedisServer replica = RedisServer.builder().replicaOf(source).start();
                RedisServer target = RedisServer.start()) {
            replica.awaitReplicaOf(source, RunningPair.LIMIT);
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                target.command("SET", "of the target", "1");
                pair.awaitQuiet(source, target);
                source.command("SET", "kept", "1");
                pair.awaitQuiet(source, target);
                pair.await("the replica", () -> replica.number("EXISTS", "kept") == 1);
                replica.command("REPLICAOF", "NO", "ONE");
                source.command("SET", "lost", "1");
                pair.awaitQuiet(source, target);
            }
            source.kill();

            PairSetup behind = PairSetup.of(replica.port(), target.port());
            try (RunningPair pair = behind.start()) {
                assertThat(pair.awaitFailure().code()).isEqualTo(ErrorCode.POSITION_LOST);
            }
            try (RunningPair pair = behind.resyncFrom(Site.TARGET).start().awaitStreaming()) {
                pair.awaitQuiet(replica, target);
                assertThat(replica.number("EXISTS", "kept", "lost")).isEqualTo(2);
            }
        }
    }

    /// The earlier one would bring the flush of one side to the other.
    @Test
    void aResyncWhileAnEarlierProcessStillRunsEmptiesNoSideForGood() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair earlier =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            source.command("SET", "a", "1");
            target.command("SET", "b", "1");
            earlier.awaitQuiet(source, target);

            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port())
                            .resyncFrom(Site.SOURCE)
                            .start()
                            .awaitStreaming()) {
                assertThat(earlier.awaitFailure().code()).isEqualTo(ErrorCode.SUPERSEDED);
                pair.awaitQuiet(source, target);
                assertThat(source.number("EXISTS", "a", "b")).isEqualTo(2);
            }
        }
    }

    /// What its successor writes may settle all that it has read, so that it has nothing to write.
    @Test
    void aTaskThatIsIdleNoticesAtEitherSideThatAnotherProcessTookItsPlace() {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 1, 0);
                RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            requireNoticed(source, target, source);
            target.command("FLUSHALL");
            requireNoticed(cluster, target, target);
        }
    }

    private static void requireNoticed(Instance source, Instance target, RedisServer taken) {
        try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
            taken.command("DEL", "__syncline:pair");
            pair.await("the mark of a pair", () -> taken.number("EXISTS", "__syncline:pair") == 1);
            try (Jedis client = taken.client()) {
                client.keys("__syncline:*pair-epoch*").forEach(key -> client.set(key, "later"));
            }
            assertThat(pair.awaitFailure().code()).isEqualTo(ErrorCode.SUPERSEDED);
        }
    }

    @Test
    void aFlushThatWasPassedOverIsNotMetAgainByARunThatStopsAtFlushes() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            PairSetup setup = PairSetup.of(source.port(), target.port());
            try (RunningPair pair =
                    setup.onFlush(LinkOptions.OnFlush.IGNORE).start().awaitStreaming()) {
                source.command("SET", "a", "1");
                pair.awaitQuiet(source, target);
                String before = target.text("GET", "__syncline:{pair}:pair-marker");
                source.command("FLUSHDB");
                pair.await(
                        "a marker behind it",
                        () -> !target.text("GET", "__syncline:{pair}:pair-marker").equals(before));
            }

            try (RunningPair pair =
                    setup.onFlush(LinkOptions.OnFlush.STOP).start().awaitStreaming()) {
                source.command("SET", "b", "1");
                pair.await("b", () -> target.number("EXISTS", "b") == 1);
                assertThat(target.number("EXISTS", "a")).isEqualTo(1);
            }
        }
    }

    /// As docs/reference/permissions.md says.
    @Test
    void theNamedRightsSuffice() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            String rules =
                    "~* &* -@all +@write +@read +@transaction +@scripting +publish +info +ping"
                            + " +select +time +psync +replconf +client|setname +client|list";
            for (RedisServer site : new RedisServer[] {source, target}) {
                site.command(
                        (Object[]) ("ACL SETUSER both on >p@ss:w/#?&%\" " + rules).split(" ", -1));
            }
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port())
                            .as("both", "p@ss:w/#?&%\"")
                            .start()
                            .awaitStreaming()) {
                source.command("SET", "a", "1");
                source.command("RENAME", "a", "b");
                target.command("SET", "a", "1", "EX", "100");
                pair.awaitQuiet(source, target);
            }
        }
    }

    @Test
    void aMissingRightIsFoundBeforeAnythingIsWritten() {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 1, 0);
                RedisServer target = RedisServer.start()) {
            RedisServer node = source.primaryNodes().getFirst();
            for (RedisServer site : new RedisServer[] {node, target}) {
                site.command(
                        (Object[])
                                "ACL SETUSER both on >secret ~* &* +@all -cluster|nodes"
                                        .split(" ", -1));
            }
            node.command("ACL", "SETUSER", "both", "-cluster|countkeysinslot", "-dump");
            try (RunningPair pair =
                    PairSetup.between(source, target).as("both", "secret").start()) {
                assertThat(pair.awaitEnd()).isEqualTo(Link.Outcome.PRECHECK_FAILED);
                assertThat(pair.events(LinkEvent.Checked.class))
                        .map(LinkEvent.Checked::finding)
                        .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
                        .singleElement()
                        .satisfies(finding -> {
                            assertThat(finding.check()).isEqualTo("two-way-rights");
                            assertThat(finding.reason())
                                    .endsWith(
                                            "missing: +cluster|countkeysinslot +cluster|nodes +dump");
                        });
            }
            assertThat(target.number("DBSIZE")).isZero();
        }
    }

    /// While no process ran. The place to read from lies before what was lost.
    @Test
    void aShardThatCameBackWithoutWhatTheOtherSideHasStopsTheTask() {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 1);
                RedisServer target = RedisServer.start()) {
            RedisServer primary = source.nodeFor("lost");
            RedisServer replica = source.replicasOf(primary).getFirst();
            try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
                source.command("SET", "lost", "0");
                pair.awaitQuiet(source, target);
                // It cannot come back: the primary asks for no password.
                replica.command("CONFIG", "SET", "masterauth", "unwanted");
                primary.command("CLIENT", "KILL", "TYPE", "replica");
                pair.await("the replica", () -> replica.info("master_link_status").equals("down"));
                source.command("SET", "lost", "1");
                pair.await("the write", () -> "1".equals(target.text("GET", "lost")));
            }
            primary.kill();
            source.promote(replica, "TAKEOVER");
            Await.until(
                    "all nodes to know that one has failed",
                    RunningPair.LIMIT,
                    () ->
                            source.primaryNodes().stream()
                                    .filter(RedisServer::alive)
                                    .allMatch(PairLossIT::knowsOfFailure));

            try (RunningPair pair = PairSetup.between(source, target).start()) {
                assertThat(pair.awaitFailure().code()).isEqualTo(ErrorCode.POSITION_LOST);
            }
            assertThat(target.text("GET", "lost")).isEqualTo("1");
        }
    }

    private static boolean knowsOfFailure(RedisServer node) {
        return node.text("CLUSTER", "NODES").lines().anyMatch(line -> line.contains(",fail "));
    }
}
