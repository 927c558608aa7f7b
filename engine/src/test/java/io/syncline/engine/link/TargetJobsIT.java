package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Slots that a cluster target moves by jobs of its own (CLUSTER MIGRATESLOTS, Valkey 9): data and
/// marks go together, and what the old owner does not take any more is sent to the new one.
class TargetJobsIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    /// So many slots at once; the first job takes more keys along than fit into one batch.
    private static final int SLOTS = 1_500;

    @Test
    void slotsMovedByJobsAreFollowedInASnapshotAndWhileStreaming() {
        long seed = Seeds.one(TargetJobsIT.class);
        Random random = new Random(seed);
        Optional<ServerBinary> found = Servers.find("valkey-9");
        Assumptions.assumeTrue(found.isPresent());
        try (RedisServer source = RedisServer.builder().config("repl-backlog-size 64mb").start();
                RedisCluster target = RedisCluster.start(found.orElseThrow(), 3, 0);
                Workload workload =
                        Workload.on(source)
                                .databases(0)
                                .connections(2)
                                .stepsPerSecond(4_000)
                                .seed(seed)
                                .start()) {
            source.command("DEBUG", "POPULATE", 20_000, "bulk", 100);
            source.command("CONFIG", "SET", "rdb-key-save-delay", 100);
            try (RunningLink link =
                    Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target)).start()) {
                link.await("a snapshot", () -> link.shard().snapshotKeys() > 1_000);
                move(target, random);
                assertThat(link.shard().phase()).isEqualTo(Phase.SNAPSHOT);
                link.awaitAllStreaming();
                for (int i = 0; i < 4; i++) {
                    workload.awaitMore(300, LIMIT);
                    move(target, random);
                }
                workload.awaitMore(1_000, LIMIT);
                workload.stop();
                link.awaitCaughtUp(source);
                assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
                assertThat(link.shard().refused()).isZero();
            }
        }
    }

    private static void move(RedisCluster target, Random random) {
        List<RedisServer> nodes = target.primaryNodes();
        int from = random.nextInt(nodes.size());
        int to = (from + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
        target.moveByJob(nodes.get(from), nodes.get(to), SLOTS);
    }
}
