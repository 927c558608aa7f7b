package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.testkit.Await;
import io.syncline.testkit.Instance;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A target node that takes no writes for a while, whatever the reason: the task waits, says why in
/// the server's words, and goes on by itself; a stop does not wait for it.
class TargetFaultsIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    /// What is promised, and a second for a machine that is busy.
    private static final Duration STOP = Duration.ofSeconds(6);

    private RedisServer source;
    private Workload workload;

    /// As each test wants it.
    @SuppressWarnings("NullAway.Init")
    private TopologySide target;

    @BeforeEach
    void start() {
        long seed = Seeds.one(TargetFaultsIT.class);
        source = RedisServer.builder().config("repl-backlog-size 64mb").start();
        workload =
                Workload.on(source)
                        .databases(0)
                        .connections(2)
                        .keys(40)
                        .stepsPerSecond(8_000)
                        .seed(seed)
                        .start();
    }

    @AfterEach
    void stop() {
        workload.close();
        source.close();
        target.close();
    }

    private Sync sync() {
        return Sync.between(Sync.at(source.port()), target.endpoint());
    }

    private void start(String topology) {
        target =
                topology.equals("cluster")
                        ? TopologySide.cluster(RedisCluster.start(Servers.embedded(), 2, 0))
                        : TopologySide.standalone(RedisServer.start());
    }

    /// The node that a fault befalls: one that holds none of the task's own keys, if there is one.
    private RedisServer victim() {
        return target.instance() instanceof RedisCluster cluster
                ? other(cluster, cluster.nodeFor("__syncline:{it}:task"))
                : target.primaries().getFirst();
    }

    private static RedisServer other(RedisCluster cluster, RedisServer than) {
        return cluster.primaryNodes().stream()
                .filter(node -> node != than)
                .findFirst()
                .orElseThrow();
    }

    /// A cluster takes a while to find its node again.
    private void awaitHealth() {
        if (target.instance() instanceof RedisCluster cluster) {
            cluster.awaitAgreement();
        }
    }

    private void requireExact(RunningLink link) {
        workload.awaitMore(1_000, LIMIT);
        workload.stop();
        link.awaitCaughtUp(source);
        Instance instance = target.instance();
        assertThat(
                        instance instanceof RedisCluster cluster
                                ? workload.miscounts(cluster)
                                : workload.miscounts((RedisServer) instance))
                .as("%s", link)
                .isEmpty();
        new KeyspaceDigest().requireEqual(source, instance);
    }

    @ParameterizedTest
    @CsvSource({
        "standalone, OUT_OF_MEMORY",
        "standalone, CANNOT_SAVE",
        "standalone, LOADING",
        "standalone, MAX_CLIENTS",
        "standalone, TOO_FEW_REPLICAS",
        "cluster, OUT_OF_MEMORY",
        "cluster, CANNOT_SAVE",
        "cluster, LOADING",
        "cluster, MAX_CLIENTS",
        "cluster, TOO_FEW_REPLICAS",
        "cluster, NO_RIGHT"
    })
    void aNodeThatTakesNoWritesIsWaitedFor(String topology, NodeFault fault) {
        start(topology);
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            RedisServer victim = victim();
            fault.befall(victim);
            link.await("a retry for " + fault.words(), () -> retries(link, fault) > 0);
            workload.awaitMore(500, LIMIT);
            fault.pass(victim);
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
            assertThat(link.shard().refused()).isZero();
            assertThat(link.events(LinkEvent.Recovered.class)).isNotEmpty();
        }
    }

    private static long retries(RunningLink link, NodeFault fault) {
        return retriesFor(link, fault.words());
    }

    private static long retriesFor(RunningLink link, String words) {
        return link.events(LinkEvent.Retrying.class).stream()
                .filter(retry -> retry.reason().contains(words))
                .count();
    }

    /// What was gathered for the connection that broke goes over the next one.
    @Test
    void connectionsThatBreakWhileASnapshotIsCopiedToAClusterAreMended() {
        start("cluster");
        workload.stop();
        for (int i = 0; i < 2_000; i++) {
            source.command("SET", "bulk:" + i, "v".repeat(500));
        }
        try (RunningLink link = sync().slow(1 << 19).start()) {
            for (int least = 400; least <= 1_200; least += 400) {
                int copied = least;
                link.await("more keys", () -> link.shard().snapshotKeys() > copied);
                victim().command("CLIENT", "KILL", "TYPE", "normal");
            }
            link.awaitAllStreaming();
            link.awaitCaughtUp(source);
            assertThat(link.events(LinkEvent.Recovered.class)).isNotEmpty();
            assertThat(link.shard().snapshots()).isEqualTo(1);
            new KeyspaceDigest().requireEqual(source, target.instance());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"standalone", "cluster"})
    void aStartWaitsForATargetThatTakesNoWrites(String topology) {
        start(topology);
        List<RedisServer> nodes = target.primaries();
        nodes.forEach(NodeFault.OUT_OF_MEMORY::befall);
        try (RunningLink link = sync().start()) {
            link.await("retries", () -> retries(link, NodeFault.OUT_OF_MEMORY) > 1);
            nodes.forEach(NodeFault.OUT_OF_MEMORY::pass);
            link.awaitAllStreaming();
            requireExact(link);
        }
    }

    /// Its keys are counted already, but it does not say yet that it knows the task.
    @ParameterizedTest
    @ValueSource(strings = {"standalone", "cluster"})
    void aTaskThatIsStartedAgainWaitsForATargetThatLoads(String topology) {
        start(topology);
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            workload.awaitMore(500, LIMIT);
            link.stop();
        }
        RedisServer victim = victim();
        NodeFault.LOADING.befall(victim);
        try (RunningLink link = sync().start()) {
            link.await("a retry", () -> retries(link, NodeFault.LOADING) > 0);
            NodeFault.LOADING.pass(victim);
            link.awaitAllStreaming();
            requireExact(link);
            assertThat(link.shard().snapshots()).isZero();
        }
    }

    @Test
    void aTaskThatIsStartedAgainWaitsForAClusterThatMissesANode() {
        start("cluster");
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            workload.awaitMore(500, LIMIT);
            link.stop();
        }
        RedisServer first = target.primaries().getFirst();
        RedisServer last = target.primaries().getLast();
        last.pause();
        Await.until(
                "the cluster is down",
                LIMIT,
                () -> first.text("CLUSTER", "INFO").contains("cluster_state:fail"));
        try (RunningLink link = sync().start()) {
            link.await("a retry", () -> retriesFor(link, "cluster_state is fail") > 0);
            last.resume();
            link.awaitAllStreaming();
            requireExact(link);
            assertThat(link.shard().snapshots()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"standalone", "cluster"})
    void aStartSaysWhyWhenTheRetryTimeIsOver(String topology) {
        start(topology);
        target.primaries().forEach(NodeFault.OUT_OF_MEMORY::befall);
        assertThat(sync().retry(Duration.ofSeconds(1)).fails().code())
                .isEqualTo(ErrorCode.TARGET_OUT_OF_MEMORY);
    }

    @ParameterizedTest
    @CsvSource({"standalone, target", "cluster, target", "standalone, source"})
    void aPeerThatHangsDoesNotHoldAStopUp(String topology, String side) {
        start(topology);
        RedisServer hanging = side.equals("source") ? source : victim();
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            if (side.equals("source")) {
                workload.stop();
            }
            hanging.pause();
            if (side.equals("target")) {
                workload.awaitMore(4_000, LIMIT);
            }
            long begun = System.nanoTime();
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(STOP);
        } finally {
            hanging.resume();
        }
        if (side.equals("target")) {
            awaitHealth();
            try (RunningLink link = sync().start().awaitAllStreaming()) {
                requireExact(link);
                assertThat(link.shard().snapshots()).isZero();
            }
        }
    }
}
