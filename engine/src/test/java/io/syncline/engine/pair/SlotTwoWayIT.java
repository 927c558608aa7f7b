package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/// Two-way tasks of which at least one side is a cluster.
class SlotTwoWayIT {
    @RandomTest(seeds = 1)
    void clustersOfDifferentSizesThatBothAreWrittenEndEqual(long seed) {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 0);
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0)) {
            try (SiteClient client = new SiteClient(source)) {
                for (int i = 0; i < 3_000; i++) {
                    client.call("SET", "before:" + i, "value " + i);
                    client.call("RPUSH", "list:" + i, "a", "b");
                }
            }
            SlotWrites atSource = new SlotWrites(source, "s", seed, true);
            try (RunningPair pair = PairSetup.between(source, target).overwrite().start()) {
                pair.await("the copy", () -> isWritten(target));
                try (SiteClient client = new SiteClient(target)) {
                    for (int i = 0; i < 300; i++) {
                        client.call("SET", "during:" + i, "at the target");
                    }
                }
                pair.awaitStreaming();
                SlotWrites atTarget = new SlotWrites(target, "t", seed + 1, true);
                long goal = atSource.done() + atTarget.done() + 8_000;
                pair.await("writes", () -> atSource.done() + atTarget.done() > goal);
                assertThat(atSource.stop() + atTarget.stop()).isEmpty();
                pair.awaitQuiet(source, target);
                assertThat(SlotWrites.wrong(source, atSource, atTarget)).isEmpty();
                assertThat(SlotWrites.wrong(target, atSource, atTarget)).isEmpty();
                try (SiteClient client = new SiteClient(source)) {
                    assertThat(client.get("during:7")).isEqualTo("at the target");
                }
            }
        }
    }

    @Test
    void commandsOverSlotsOfAStandaloneServerArriveAtACluster() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0);
                RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
            source.command("MSET", "a", "1", "b", "2", "c", "3");
            source.command("RPUSH", "list", "x", "y");
            source.command("SADD", "set", "1", "2");
            source.command("RENAME", "a", "renamed");
            source.command("RPOPLPUSH", "list", "other");
            source.command("SUNIONSTORE", "union", "set", "nothing");
            source.command("COPY", "b", "copied");
            source.command("SELECT", "3");
            source.command("SET", "elsewhere", "1");
            source.command("SELECT", "0");
            pair.awaitQuietIn(0, source, target);
            assertThat(target.command("GET", "renamed")).asString().isNotEqualTo("nil");
            source.command("FLUSHALL");
            source.command("SET", "behind", "1");
            pair.awaitQuietIn(0, source, target);
            assertThat(target.command("EXISTS", "b")).isEqualTo(0L);
            for (RedisServer node : target.primaryNodes()) {
                node.command("SET", keyOf(target, node), "1");
            }
            pair.awaitQuietIn(0, source, target);
            RedisServer flushed = target.nodeFor("behind");
            flushed.command("FLUSHALL");
            pair.awaitQuietIn(0, source, target);
            assertThat(source.number("EXISTS", "behind")).isZero();
            assertThat(source.number("DBSIZE")).isGreaterThan(1);
            long before = pair.written();
            pair.awaitBeats(source, 2);
            assertThat(pair.written()).as("nothing comes back").isEqualTo(before);
        }
    }

    private static String keyOf(RedisCluster cluster, RedisServer node) {
        int i = 0;
        while (cluster.nodeFor("k" + i) != node) {
            i++;
        }
        return "k" + i;
    }

    @Test
    void itGoesOnBehindAFailover() {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 1);
                RedisServer target = RedisServer.start();
                RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
            source.command("INCR", "a");
            target.command("INCRBY", "a", 10);
            pair.awaitQuiet(source, target);
            RedisServer old = source.nodeFor("a");
            source.failover(source.primaryNodes().indexOf(old));
            source.command("INCR", "a");
            target.command("INCRBY", "a", 10);
            pair.awaitQuiet(source, target);
            assertThat(target.text("GET", "a")).isEqualTo("22");
        }
    }

    @Test
    void slotsThatMoveStopItAndTheSideWhereTheyMovedCanBeChosen() {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 0);
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
                source.command("SET", "a", "1");
                target.command("SET", "b", "1");
                pair.awaitQuiet(source, target);
                RedisServer owner = source.nodeFor("a");
                RedisServer other =
                        source.primaryNodes().stream()
                                .filter(node -> node != owner)
                                .findFirst()
                                .orElseThrow();
                source.moveSlot(RedisCluster.slot("a"), other);
                assertThat(pair.awaitFailure().code()).isEqualTo(ErrorCode.TOPOLOGY_UNUSABLE);
                assertThat(pair.awaitFailure().remedy()).contains("--resync-from source");
            }
            try (RunningPair pair = PairSetup.between(source, target).start()) {
                assertThat(pair.awaitFailure().code()).isEqualTo(ErrorCode.TOPOLOGY_UNUSABLE);
            }
            try (RunningPair pair =
                    PairSetup.between(source, target)
                            .resyncFrom(Site.SOURCE)
                            .start()
                            .awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(target.text("GET", "a")).isEqualTo("1");
            }
        }
    }

    private static boolean isWritten(Instance site) {
        return site.primaries().stream()
                .allMatch(primary -> {
                    try (Jedis jedis = primary.client()) {
                        return jedis.dbSize() > 100;
                    }
                });
    }
}
