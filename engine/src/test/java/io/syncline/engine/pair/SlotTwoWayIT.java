package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Instance;
import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.Servers;
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

    private static boolean isWritten(Instance site) {
        return site.primaries().stream()
                .allMatch(primary -> {
                    try (Jedis jedis = primary.client()) {
                        return jedis.dbSize() > 100;
                    }
                });
    }
}
