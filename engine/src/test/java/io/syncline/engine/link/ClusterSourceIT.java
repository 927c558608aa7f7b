package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Failovers of a cluster source: the replica's second replication id is continued, nothing is
/// copied twice.
class ClusterSourceIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    private static RedisServerBuilder node() {
        return RedisServer.builder().config("repl-backlog-size 64mb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"asked", "killed"})
    void aPromotedReplicaIsContinuedWithoutASnapshot(String how) {
        long seed = Seeds.one(ClusterSourceIT.class);
        try (RedisCluster cluster = RedisCluster.start(ClusterSourceIT::node, 3, 1);
                RedisServer target = RedisServer.start();
                Workload workload =
                        Workload.on(cluster)
                                .connections(2)
                                .stepsPerSecond(5_000)
                                .seed(seed)
                                .start()) {
            TopologySide source = TopologySide.cluster(cluster);
            try (RunningLink link =
                    Sync.between(source.endpoint(), Sync.at(target.port()))
                            .shortLimits()
                            .start()
                            .awaitAllStreaming()) {
                workload.awaitMore(1_000, LIMIT);
                failOver(cluster, how);
                workload.awaitMore(2_000, LIMIT);
                workload.stop();
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(cluster, target);
                assertThat(link.shards()).as("%s", link).allMatch(shard -> shard.snapshots() == 1);
            }
        }
    }

    /// A kill loses nothing here either: the primary takes no writes until the replica has all.
    private static void failOver(RedisCluster cluster, String how) {
        if (how.equals("asked")) {
            cluster.failover(1);
            return;
        }
        RedisServer primary = cluster.primaryNodes().get(1);
        RedisServer replica = cluster.replicasOf(primary).getFirst();
        primary.command("CLIENT", "PAUSE", 2_000, "WRITE");
        replica.awaitReplicaOf(primary, LIMIT);
        primary.kill();
        cluster.promote(replica, "FORCE");
    }

    @Test
    void aFlushOfOneShardLeavesTheOtherShardsKeysAndPositionsAtAStandaloneTarget() {
        try (RedisCluster cluster = RedisCluster.start(ClusterSourceIT::node, 3, 0);
                RedisServer target = RedisServer.start()) {
            for (int i = 0; i < 3_000; i++) {
                cluster.command("SET", "key:" + i, i);
            }
            TopologySide source = TopologySide.cluster(cluster);
            Sync sync = Sync.between(source.endpoint(), Sync.at(target.port()));
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                target.command("SET", "__syncline:{another}:task", 1);
                RedisServer flushed = cluster.nodeFor("key:1");
                cluster.command("INCR", "key:1");
                flushed.command("FLUSHALL");
                cluster.command("INCR", "key:1");
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(cluster, target);
                assertThat(target.command("EXISTS", "__syncline:{another}:task")).isEqualTo(1L);

                flushed.command("MULTI");
                flushed.command("INCR", "key:1");
                flushed.command("FLUSHALL");
                flushed.command("INCR", "key:1");
                flushed.command("EXEC");
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(cluster, target);
                assertThat(target.command("DBSIZE")).as("other shards' keys").isNotEqualTo(0L);
            }
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                cluster.command("INCR", "key:1");
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(cluster, target);
                assertThat(link.shards()).as("%s", link).allMatch(shard -> shard.snapshots() == 0);
            }
        }
    }

    /// Redis 2.8 sends scripts as they are.
    @Test
    void scriptsOfAnOldSourceRunAtTheNodeOfTheirKeys() {
        try (RedisServer source = RedisServer.start(Servers.find("redis-2.8").orElseThrow());
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0)) {
            try (RunningLink link =
                    Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target))
                            .start()
                            .awaitAllStreaming()) {
                String script =
                        "redis.call('INCR',KEYS[1]) return redis.call('APPEND',KEYS[2],'x')";
                for (int i = 0; i < 50; i++) {
                    source.command("EVAL", script, 2, "{" + i + "}count", "{" + i + "}text");
                }
                source.command("SCRIPT", "LOAD", "return 1");
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
            }
        }
    }
}
