package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.testkit.Await;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import io.syncline.testkit.SlotMove;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/// Two-way tasks of which at least one side is a cluster.
class SlotTwoWayIT {
    @RandomTest(seeds = 1)
    void clustersOfDifferentSizesThatBothAreWrittenEndEqualAlsoWhenOneGrows(long seed) {
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
                RedisServer joined = target.addPrimary();
                pair.await("the new primary is read", () -> isStreaming(pair, 6));
                move(target.beginMove(RedisCluster.slot("shared:3"), joined));
                move(target.beginMove(RedisCluster.slot("{1}0"), joined));
                move(begin(source, "shared:3"));
                assertThat(atSource.stop() + atTarget.stop()).isEmpty();
                pair.awaitQuietBehindMoves(source, target);
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

    @RandomTest(seeds = 1)
    void slotsThatMoveAreFollowedEvenWhileItDoesNotRun(long seed) {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 0);
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair = PairSetup.between(source, target).start()) {
                pair.awaitStreaming();
            }
            SlotWrites atSource = new SlotWrites(source, "s", seed, true);
            SlotWrites atTarget = new SlotWrites(target, "t", seed + 1, true);
            SlotMove begun;
            try (ChildProcess child = ChildPair.start(source, target)) {
                awaitWrites(child, target, 2_000);
                SlotMove first = begin(source, "{2}0");
                SlotMove second = begin(source, "shared:5");
                move(first);
                move(second);
                awaitWrites(child, target, 2_000);
                begun = begin(source, "s:3");
                begun.moveKeys(1);
                child.kill();
            }
            move(begun);
            try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
                move(begin(source, "shared:7"));
                move(begin(source, "{2}0"));
                assertThat(atSource.stop() + atTarget.stop()).isEmpty();
                pair.awaitQuietBehindMoves(source, target);
                assertThat(SlotWrites.wrong(source, atSource, atTarget)).isEmpty();
                assertThat(SlotWrites.wrong(target, atSource, atTarget)).isEmpty();
            }
        }
    }

    @RandomTest(seeds = 1)
    void slotsThatMoveWhileTheFirstCopyIsMadeAreFollowed(long seed) {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 0);
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0);
                SiteClient atSourceToo = new SiteClient(source);
                SiteClient atTarget = new SiteClient(target)) {
            for (int i = 0; i < 3_000; i++) {
                atSourceToo.call("SET", (i % 20 == 0 ? "{m}:" : "before:") + i, "value " + i);
            }
            SlotMove begun = begin(source, "{m}");
            begun.moveKeys(10);
            SlotWrites atSource = new SlotWrites(source, "s", seed, false);
            try (RunningPair pair =
                    PairSetup.between(source, target).overwrite().copyAt(2_000).start()) {
                pair.await("it to say that it waits", () -> isWarned(pair, "the first copy waits"));
                move(begun);
                pair.await("the copy", () -> isWritten(target));
                SlotMove there = begin(target, "{m}");
                SlotMove here = begin(source, "{m}");
                int moved = 0;
                for (int i = 0; there.moveKeys(1) + here.moveKeys(1) > 0; i++) {
                    moved++;
                    atTarget.call("INCR", "{m}:count" + i % 3);
                    atTarget.call("SET", "{m}:gone" + i % 2, "x");
                    atTarget.call("DEL", "{m}:gone" + i % 2);
                    atSourceToo.call("INCR", "{m}:count");
                    atSourceToo.call("DEL", "{m}:" + 20 * (i % 20));
                }
                there.finish();
                here.finish();
                pair.awaitStreaming();
                SlotWrites atTargetToo = new SlotWrites(target, "t", seed + 1, false);
                long goal = atTargetToo.done() + 300;
                pair.await("writes", () -> atTargetToo.done() > goal);
                assertThat(atSource.stop() + atTargetToo.stop()).isEmpty();
                pair.awaitQuietBehindMoves(source, target);
                assertThat(SlotWrites.wrong(source, atSource, atTargetToo)).isEmpty();
                assertThat(SlotWrites.wrong(target, atSource, atTargetToo)).isEmpty();
                try (SiteClient client = new SiteClient(source)) {
                    assertThat(client.get("{m}:count0"))
                            .isEqualTo(Integer.toString((moved + 2) / 3));
                }
            }
        }
    }

    private static boolean isWarned(RunningPair pair, String part) {
        return pair.events(LinkEvent.Warned.class).stream()
                .anyMatch(event -> event.text().contains(part));
    }

    private static boolean isStreaming(RunningPair pair, int primaries) {
        List<LinkStatus.Shard> shards = pair.status().shards();
        return shards.size() == primaries
                && shards.stream().allMatch(each -> each.phase() == Phase.STREAMING);
    }

    /// The next primary takes the slot of a key.
    private static SlotMove begin(RedisCluster cluster, String key) {
        RedisServer owner = cluster.nodeFor(key);
        List<RedisServer> primaries = cluster.primaryNodes();
        int next = (primaries.indexOf(owner) + 1) % primaries.size();
        return cluster.beginMove(RedisCluster.slot(key), primaries.get(next));
    }

    private static void move(SlotMove move) {
        while (move.moveKeys(1) > 0) {
            // One at a time, so that much is written in between.
        }
        move.finish();
    }

    /// The pair has written to a site, or its users have.
    private static void awaitWrites(ChildProcess child, RedisServer site, long commands) {
        long goal = number(site, "total_commands_processed") + commands;
        Await.until(
                "writes; " + child.log(),
                RunningPair.LIMIT,
                () -> number(site, "total_commands_processed") > goal && child.alive());
    }

    private static long number(RedisServer site, String field) {
        return Long.parseLong(site.info(field));
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
