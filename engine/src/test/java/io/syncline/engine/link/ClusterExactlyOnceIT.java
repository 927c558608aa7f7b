package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;

/// Processes that write to a cluster and are killed at any instant: no command is lost, none is
/// done twice, and the next process goes on without a snapshot.
class ClusterExactlyOnceIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final int KILLS = 12;
    private static final int LONGEST_LIFE_MILLIS = 1_500;

    private RedisCluster target;
    private Random random;
    private long seed;

    @BeforeEach
    void start() {
        seed = Seeds.one(ClusterExactlyOnceIT.class);
        random = new Random(seed);
        target = RedisCluster.start(Servers.embedded(), 3, 0);
    }

    @AfterEach
    void stop() {
        target.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void killedWhileStreamingItGoesOnExactlyWhereEachSlotStands(int shards) {
        try (TopologySide source = source(shards);
                Workload workload = traffic(source);
                Transactions transactions = new Transactions(source, seed)) {
            try (RunningLink first = sync(source).start()) {
                first.awaitAllStreaming();
            }
            long full = snapshots(source);
            for (int i = 0; i < KILLS; i++) {
                killOnce(source);
            }
            assertThat(snapshots(source)).isEqualTo(full);
            workload.stop();
            transactions.end();
            requireExact(source, workload);
            assertThat(snapshots(source)).isEqualTo(full);
        }
    }

    private TopologySide source(int shards) {
        return shards == 1
                ? TopologySide.standalone(
                        RedisServer.builder().config("repl-backlog-size 256mb").start())
                : TopologySide.cluster(
                        RedisCluster.start(
                                () -> RedisServer.builder().config("repl-backlog-size 256mb"),
                                shards,
                                0));
    }

    private Workload traffic(TopologySide source) {
        return Workload.on(source.instance())
                .databases(0)
                .connections(2)
                .keys(40)
                .stepsPerSecond(8_000)
                .seed(seed)
                .start();
    }

    private Sync sync(TopologySide source) {
        return Sync.between(source.endpoint(), TopologySide.endpointOf(target));
    }

    private static long snapshots(TopologySide source) {
        return source.primaries().stream()
                .mapToLong(node -> Long.parseLong(node.info("sync_full")))
                .sum();
    }

    private static long resumes(TopologySide source) {
        return source.primaries().stream()
                .mapToLong(node -> Long.parseLong(node.info("sync_partial_ok")))
                .sum();
    }

    /// Lets a process live until it streams and then a while longer, drawn from the seed.
    private void killOnce(TopologySide source) {
        long resumed = resumes(source);
        try (ChildProcess child =
                ChildLink.start(
                        source.primaries().getFirst().port(),
                        target.nodes().getFirst().port(),
                        true)) {
            Await.until(
                    "a resume",
                    LIMIT,
                    () -> resumes(source) >= resumed + source.primaries().size());
            long end = System.nanoTime() + random.nextInt(LONGEST_LIFE_MILLIS) * 1_000_000L;
            Await.until("the end of a life", LIMIT, () -> System.nanoTime() > end);
            assertThat(child.alive()).as(child.log()).isTrue();
            child.kill();
        }
    }

    private void requireExact(TopologySide source, Workload workload) {
        try (RunningLink last = sync(source).start().awaitAllStreaming()) {
            source.awaitCopiedBy(last);
            assertThat(last.shards()).allMatch(shard -> shard.snapshots() == 0);
            assertThat(workload.miscounts(target)).as("%s", last).isEmpty();
            new KeyspaceDigest().requireEqual(source.instance(), target);
        }
    }

    @Test
    void killedInTheMiddleOfASnapshotItBeginsAgainAndLeavesNoStaleKey() {
        try (TopologySide source = source(3)) {
            RedisCluster cluster = (RedisCluster) source.instance();
            fill(cluster);
            int inSnapshot = 0;
            for (int i = 0; i < 4; i++) {
                inSnapshot += killDuringSnapshot(source) ? 1 : 0;
                for (int j = 0; j < 300; j++) {
                    String key = "bulk:" + random.nextInt(KEYS);
                    cluster.command("DEL", key);
                }
            }
            assertThat(inSnapshot).as("kills before all shards streamed").isPositive();
            try (Workload workload = traffic(source);
                    RunningLink link = sync(source).start().awaitAllStreaming()) {
                workload.awaitMore(2_000, LIMIT);
                workload.stop();
                source.awaitCopiedBy(link);
                assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source.instance(), target);
            }
        }
    }

    private static final int KEYS = 30_000;

    /// Through pipelines, one a node, since 30,000 round trips would take seconds.
    private static void fill(RedisCluster cluster) {
        String value = "v".repeat(500);
        for (RedisServer node : cluster.primaryNodes()) {
            try (Jedis client = node.client()) {
                redis.clients.jedis.Pipeline pipeline = client.pipelined();
                for (int i = 0; i < KEYS; i++) {
                    pipeline.set("bulk:" + i, value);
                }
                // Keys of other nodes are answered with MOVED, which nobody reads.
                pipeline.sync();
            }
        }
    }

    /// @return whether a shard was not streaming yet
    private boolean killDuringSnapshot(TopologySide source) {
        try (ChildProcess child =
                ChildLink.start(
                        source.primaries().getFirst().port(),
                        target.nodes().getFirst().port(),
                        true)) {
            Await.until("a snapshot", LIMIT, () -> child.log().contains("phase=SNAPSHOT"));
            LockSupport.parkNanos(random.nextInt(60) * 1_000_000L);
            child.kill();
            return child.log().split("phase=STREAMING", -1).length <= source.primaries().size();
        }
    }

    /// Transactions of a standalone source over several slots, which a cluster splits.
    private static final class Transactions implements AutoCloseable {
        private final Thread thread;
        private volatile boolean stopped;

        Transactions(TopologySide source, long seed) {
            thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                if (source.instance() instanceof RedisServer server) {
                                    run(server, new Random(seed));
                                }
                            });
        }

        private void run(RedisServer server, Random random) {
            try (Jedis client = server.client()) {
                while (!stopped) {
                    Transaction transaction = client.multi();
                    for (int i = 0; i < 8; i++) {
                        transaction.incr("slots:" + random.nextInt(30));
                        transaction.append("slots:text:" + random.nextInt(5), "x");
                    }
                    transaction.mset(
                            "slots:a" + random.nextInt(9), "1", "slots:b" + random.nextInt(9), "2");
                    transaction.exec();
                    LockSupport.parkNanos(500_000);
                }
            }
        }

        @Override
        public void close() {
            end();
        }

        void end() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
