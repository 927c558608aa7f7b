package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.Endpoint;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Wire;
import java.util.SplittableRandom;

/// Killed at any instant and started again, a two-way task with a cluster neither loses nor doubles
/// a write, in either direction, and copies no snapshot again. Cut connections on the way are part
/// of it.
class SlotExactlyOnceIT {
    private static final int KILLS = Integer.getInteger("twoway.kills", 4);

    @RandomTest(seeds = 1)
    void betweenClustersNothingIsLostOrDoubledByKills(long seed) {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 3, 0);
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0)) {
            killAndRequireExact(source, target, seed);
        }
    }

    @RandomTest(seeds = 1)
    void betweenAStandaloneServerAndAClusterNothingIsLostOrDoubledByKills(long seed) {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0)) {
            killAndRequireExact(source, target, seed);
        }
    }

    private static void killAndRequireExact(Instance source, Instance target, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (RunningPair pair = PairSetup.between(source, target).start()) {
            pair.awaitStreaming();
        }
        long snapshots = sum(source, "stats", "sync_full:") + sum(target, "stats", "sync_full:");
        SlotWrites atSource = new SlotWrites(source, "s", seed, true);
        SlotWrites atTarget = new SlotWrites(target, "t", seed + 1, true);
        for (int i = 0; i < KILLS; i++) {
            kill(source, target, random);
        }
        assertThat(atSource.stop() + atTarget.stop()).isEmpty();
        try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
            pair.awaitQuiet(source, target);
            assertThat(SlotWrites.wrong(source, atSource, atTarget)).isEmpty();
            assertThat(SlotWrites.wrong(target, atSource, atTarget)).isEmpty();
        }
        assertThat(sum(source, "stats", "sync_full:") + sum(target, "stats", "sync_full:"))
                .isEqualTo(snapshots);
    }

    private static void kill(Instance source, Instance target, SplittableRandom random) {
        try (ChildProcess child = ChildPair.start(source, target)) {
            awaitProgress(child, target, 20_000 + random.nextInt(60_000));
            cut(random.nextBoolean() ? source : target, random);
            awaitProgress(child, target, 20_000 + random.nextInt(60_000));
            assertThat(child.alive()).as(child.log()).isTrue();
            child.kill();
        }
    }

    /// The site's stream has grown by so much, which only its users' writes and the task do.
    private static void awaitProgress(ChildProcess child, Instance site, long bytes) {
        long goal = commands(site) + bytes;
        Await.until(
                "progress; " + child.log(),
                RunningPair.LIMIT,
                () -> commands(site) > goal || !child.alive());
    }

    private static long commands(Instance site) {
        return sum(site, "replication", "master_repl_offset:");
    }

    /// Breaks every connection of one kind at one primary.
    private static void cut(Instance site, SplittableRandom random) {
        Endpoint primary = site.primaries().get(random.nextInt(site.primaries().size()));
        try (Wire wire = primary.connect()) {
            if (random.nextBoolean()) {
                wire.call("CLIENT", "KILL", "TYPE", "replica");
            } else {
                for (String line : wire.text("CLIENT", "LIST").lines().toList()) {
                    if (line.contains("name=syncline:")) {
                        String id = line.substring(3, line.indexOf(' '));
                        wire.call("CLIENT", "KILL", "ID", id);
                    }
                }
            }
        }
    }

    private static long sum(Instance site, String section, String field) {
        long sum = 0;
        for (Endpoint primary : site.primaries()) {
            try (Wire wire = primary.connect()) {
                sum +=
                        wire.text("INFO", section)
                                .lines()
                                .filter(line -> line.startsWith(field))
                                .mapToLong(line ->
                                        Long.parseLong(line.substring(field.length()).strip()))
                                .sum();
            }
        }
        return sum;
    }
}
