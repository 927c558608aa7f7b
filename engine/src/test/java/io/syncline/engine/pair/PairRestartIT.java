package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.engine.link.Link;
import io.syncline.testkit.Await;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/// A pair whose sites keep as little of their streams as a server allows goes on where it was,
/// although users write to one side only and the other one's stream has nothing but our own writes.
class PairRestartIT {
    private static final int RUNS = 20;
    private static final String VALUE = "v".repeat(1_000);

    /// More than the backlog holds.
    private static final int WRITES = 40;

    /// Less than it.
    private static final int FEW = 2;

    private static final int KILLS = 3;
    private static final int BEATS = 2;

    private int written;

    private static RedisServerBuilder site() {
        return RedisServer.builder().config("repl-backlog-size 16kb");
    }

    private static RedisCluster cluster() {
        return RedisCluster.start(() -> site().config("repl-diskless-sync-delay 0"), 2, 0);
    }

    @Test
    void stoppedCleanlyBetweenStandaloneInstancesItGoesOn() {
        try (RedisServer source = site().start();
                RedisServer target = site().start()) {
            requireToGoOn(source, target, source);
            requireToGoOn(source, target, target);
        }
    }

    @Test
    void stoppedCleanlyBetweenClustersItGoesOn() {
        try (RedisCluster source = cluster();
                RedisCluster target = cluster()) {
            requireToGoOn(source, target, source);
        }
    }

    @Test
    void stoppedCleanlyBetweenAnInstanceAndAClusterItGoesOn() {
        try (RedisServer source = site().start();
                RedisCluster target = cluster()) {
            requireToGoOn(source, target, target);
            requireToGoOn(source, target, source);
        }
    }

    @Test
    void killedAtRestBetweenStandaloneInstancesItGoesOn() {
        try (RedisServer source = site().start();
                RedisServer target = site().start()) {
            requireToGoOnWhenKilled(source, target);
        }
    }

    @Test
    void killedAtRestBetweenAnInstanceAndAClusterItGoesOn() {
        try (RedisServer source = site().start();
                RedisCluster target = cluster()) {
            requireToGoOnWhenKilled(source, target);
        }
    }

    /// The other side's users write nothing.
    private void requireToGoOn(Instance source, Instance target, Instance users) {
        Instance other = users.equals(source) ? target : source;
        PairSetup setup = PairSetup.between(source, target);
        for (int i = 0; i < RUNS; i++) {
            try (RunningPair pair = setup.start().awaitStreaming()) {
                boolean waits = i % 2 == 0;
                String last = write(users, waits ? WRITES : FEW);
                if (waits) {
                    pair.await("the last write", () -> isAt(other, last));
                }
                assertThat(pair.stop()).as(pair.toString()).isEqualTo(Link.Outcome.STOPPED);
            }
            write(users, FEW);
        }
        try (RunningPair pair = setup.start().awaitStreaming()) {
            pair.awaitQuiet(source, target);
        }
    }

    private void requireToGoOnWhenKilled(RedisServer source, Instance target) {
        for (int i = 0; i < KILLS; i++) {
            try (ChildProcess child = ChildPair.start(source, target)) {
                for (int j = 0; j < WRITES; j++) {
                    awaitAt(target, write(source, 1), child);
                }
                awaitBeats(source);
                child.kill();
            }
            write(source, FEW);
        }
        try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
            pair.awaitQuiet(source, target);
        }
    }

    private static void awaitAt(Instance site, String key, ChildProcess child) {
        Await.until(key, RunningPair.LIMIT, () -> !child.alive() || isAt(site, key));
        assertThat(child.alive()).as(child.log()).isTrue();
    }

    /// By then what stands behind the last write is written down.
    private static void awaitBeats(RedisServer site) {
        try (Jedis client = site.client()) {
            String key = client.keys("*pair-beat*").iterator().next();
            for (int i = 0; i < BEATS; i++) {
                String before = client.get(key);
                Await.until("a beat", RunningPair.LIMIT, () -> !before.equals(client.get(key)));
            }
        }
    }

    private static boolean isAt(Instance site, String key) {
        Object found =
                site instanceof RedisCluster cluster
                        ? cluster.command("EXISTS", key)
                        : ((RedisServer) site).command("EXISTS", key);
        return Long.valueOf(1).equals(found);
    }

    /// One after the other, each with a key of its own.
    ///
    /// @return the last one's key
    private String write(Instance site, int count) {
        String key = "";
        for (int i = 0; i < count; i++) {
            key = "key " + ++written;
            if (site instanceof RedisCluster cluster) {
                cluster.command("SET", key, VALUE);
            } else {
                ((RedisServer) site).command("SET", key, VALUE);
            }
        }
        return key;
    }
}
