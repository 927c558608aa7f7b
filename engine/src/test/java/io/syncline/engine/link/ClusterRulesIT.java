package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.net.Endpoint;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Rules between clusters, where another name is another slot, and mostly another node.
class ClusterRulesIT {
    private static final String RENAMED = "rename * to new:*";
    private static final String[] RENAMED_BACK = {"rename new:* to *", "drop *"};

    private static RedisCluster source;
    private static RedisCluster target;

    @BeforeAll
    static void startClusters() {
        source = RedisCluster.start(Servers.embedded(), 2, 0);
        target = RedisCluster.start(Servers.embedded(), 2, 0);
    }

    @AfterAll
    static void stopClusters() {
        source.close();
        target.close();
    }

    @AfterEach
    void empty() {
        source.primaryNodes().forEach(node -> node.command("FLUSHALL"));
        target.primaryNodes().forEach(node -> node.command("FLUSHALL"));
    }

    private static Endpoint of(RedisCluster cluster) {
        return TopologySide.endpointOf(cluster);
    }

    private static Set<String> targetKeys() {
        Set<String> keys = new TreeSet<>();
        target.primaryNodes().forEach(node -> keys.addAll(RulesIT.keys(node)));
        return keys;
    }

    /// Commands whose keys were at one server, or in one slot, have them in several slots now.
    @Test
    void standaloneToClusterAndBackIsTheSameUnderOtherNames() {
        long seed = Seeds.one(ClusterRulesIT.class);
        try (RedisServer first = RedisServer.start();
                RedisServer last = RedisServer.start();
                Workload workload =
                        Workload.on(first)
                                .databases(0)
                                .connections(1)
                                .stepsPerSecond(2_000)
                                .seed(seed)
                                .start();
                RunningLink there =
                        Sync.between(Sync.at(first.port()), of(target)).rules(RENAMED).start();
                RunningLink back =
                        Sync.between(of(target), Sync.at(last.port()))
                                .task("back")
                                .rules(RENAMED_BACK)
                                .start()) {
            there.awaitAllStreaming();
            back.awaitAllStreaming();
            workload.awaitMore(1_000, RunningLink.LIMIT);
            workload.stop();
            there.awaitCaughtUp(first);
            TopologySide.cluster(target).awaitCopiedBy(back);
            assertThat(workload.miscounts(last)).as("seed %s", seed).isEmpty();
            new KeyspaceDigest().requireEqual(first, last);
            assertThat(targetKeys()).isNotEmpty().allMatch(key -> key.startsWith("new:"));
        }
    }

    /// Every shard's keys are on every node of the target: what a stop, a gap and a flush of one
    /// shard concern is told by the names that keys have at the source.
    @Test
    void clusterToClusterResumesIsFlushedAndIsSweptByTheOldNames() {
        String[] rules = {"drop customer:*", "rename user:* to customer:*"};
        Sync sync = Sync.between(of(source), of(target)).rules(rules);
        for (int i = 0; i < 200; i++) {
            source.command("SET", "user:" + i, 1);
        }
        TopologySide side = TopologySide.cluster(source);
        for (int round = 2; round < 4; round++) {
            int snapshots = round == 2 ? 1 : 0;
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                for (int i = 0; i < 200; i++) {
                    source.command("INCR", "user:" + i);
                }
                side.awaitCopiedBy(link);
                assertThat(link.shards())
                        .as("%s", link)
                        .allMatch(shard -> shard.snapshots() == snapshots);
            }
            requireCounts(Integer.toString(round));
        }
        RedisServer flushed = source.nodeFor("user:1");
        try (RunningLink link = sync.start().awaitAllStreaming()) {
            flushed.command("FLUSHALL");
            side.awaitCopiedBy(link);
            requireCounts("3");
        }
        for (int i = 0; i < 200; i += 2) {
            source.command("DEL", "user:" + i);
        }
        Sync renewed =
                Sync.between(of(source), of(target)).rules(rules[0], rules[1], "drop nothing");
        try (RunningLink link = renewed.start().awaitAllStreaming()) {
            side.awaitCopiedBy(link);
            requireCounts("3");
        }
    }

    /// What the source has, and nothing else, is at the target under the new name.
    private static void requireCounts(String count) {
        Set<String> expected = new TreeSet<>();
        for (RedisServer node : source.primaryNodes()) {
            for (String key : RulesIT.keys(node)) {
                String name = key.replace("user:", "customer:");
                expected.add(name);
                assertThat(target.nodeFor(name).text("GET", name)).as(name).isEqualTo(count);
            }
        }
        assertThat(expected).isNotEmpty();
        assertThat(targetKeys()).isEqualTo(expected);
    }
}
