package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.Instance;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Slots that a cluster source moves by jobs of its own (CLUSTER MIGRATESLOTS, Valkey 9): what both
/// shards' streams say is applied once, and what the old owner clears away stays.
class ReshardByJobIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    private static RedisServerBuilder node(ServerBinary binary) {
        return RedisServer.builder()
                .binary(binary)
                .config("repl-backlog-size 64mb")
                .config("repl-diskless-sync-delay 0");
    }

    private static ServerBinary valkey9() {
        Optional<ServerBinary> found = Servers.find("valkey-9");
        Assumptions.assumeTrue(found.isPresent());
        return found.orElseThrow();
    }

    private static Workload steadyLoad(RedisCluster source) {
        return Workload.on(source)
                .profile(WorkloadProfile.MIXED)
                .withoutShortExpiries()
                .stepsPerSecond(2_000)
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void slotsMovedByJobsAreHandedOver(String kind) {
        long seed = Seeds.one(ReshardByJobIT.class);
        Random random = new Random(seed);
        ServerBinary binary = valkey9();
        try (RedisCluster source = RedisCluster.start(() -> node(binary), 3, 0);
                TopologySide target = TopologySide.start(kind, binary);
                Workload workload =
                        Workload.on(source)
                                .profile(WorkloadProfile.MIXED)
                                .withoutShortExpiries()
                                .connections(2)
                                .stepsPerSecond(4_000)
                                .seed(seed)
                                .start()) {
            try (RunningLink link =
                    Sync.between(TopologySide.endpointOf(source), target.endpoint())
                            .shortLimits()
                            .skipRefused()
                            .start()
                            .awaitAllStreaming()) {
                for (int i = 0; i < 5; i++) {
                    workload.awaitMore(300, LIMIT);
                    List<RedisServer> nodes = source.primaryNodes();
                    int from = random.nextInt(nodes.size());
                    int to = (from + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
                    source.moveByJob(nodes.get(from), nodes.get(to), 1_000);
                }
                workload.awaitMore(1_000, LIMIT);
                workload.stop();
                Reshards.awaitCopied(source, link);
                Instance copy = target.instance();
                assertThat(workload.miscounts(copy)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, copy);
                assertThat(link.events(LinkEvent.Refused.class)).as("%s", link).isEmpty();
                requireNoNeedlessSnapshots(link);
            }
        }
    }

    /// On a busy machine a job may end before its node is asked, and is made up for by a snapshot.
    private static void requireNoNeedlessSnapshots(RunningLink link) {
        assertThat(link.events(LinkEvent.PhaseEntered.class))
                .as("%s", link)
                .filteredOn(event -> event.phase() == Phase.SNAPSHOT && !event.reason().isEmpty())
                .allMatch(event -> event.reason().contains("a job of the source"));
    }

    /// What was cleared away cannot be told from what clients deleted then, so everything is copied
    /// again.
    @Test
    void slotsMovedByJobsWhileTheTaskDoesNotRunAreNotLost() {
        ServerBinary binary = valkey9();
        try (RedisCluster source = RedisCluster.start(() -> node(binary), 3, 0);
                RedisServer target = RedisServer.start(binary);
                Workload workload = steadyLoad(source)) {
            Sync sync =
                    Sync.between(TopologySide.endpointOf(source), Sync.at(target.port()))
                            .skipRefused();
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                workload.awaitMore(500, LIMIT);
                link.stop();
            }
            List<RedisServer> nodes = source.primaryNodes();
            workload.awaitMore(300, LIMIT);
            source.moveByJob(nodes.get(0), nodes.get(1), 3_000);
            workload.awaitMore(300, LIMIT);
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                workload.awaitMore(500, LIMIT);
                workload.stop();
                Reshards.awaitCopied(source, link);
                assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.shards()).as("%s", link).allMatch(s -> s.snapshots() >= 1);
            }
        }
    }

    /// The later shard's snapshot has nothing of these slots any more, the earlier one's had
    /// nothing yet, and of the job's copy nothing is applied.
    @Test
    void slotsThatAJobTakesFromAShardBeforeItIsCopiedAreNotLost() {
        ServerBinary binary = valkey9();
        try (RedisCluster source = RedisCluster.start(() -> node(binary), 3, 0);
                RedisServer target = RedisServer.start(binary);
                Workload workload = steadyLoad(source)) {
            workload.awaitMore(500, LIMIT);
            List<RedisServer> nodes = source.primaryNodes();
            nodes.getFirst().command("CONFIG", "SET", "repl-diskless-sync-delay", 600);
            try (RunningLink link =
                    Sync.between(TopologySide.endpointOf(source), Sync.at(target.port()))
                            .skipRefused()
                            .start()) {
                link.await("all shards but one are copied", () -> streaming(link) == 2);
                source.moveByJob(nodes.get(0), nodes.get(1), 3_000);
                nodes.getFirst().command("CONFIG", "SET", "repl-diskless-sync-delay", 0);
                link.awaitAllStreaming();
                workload.awaitMore(300, LIMIT);
                workload.stop();
                Reshards.awaitCopied(source, link);
                assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, target);
            }
        }
    }

    private static long streaming(RunningLink link) {
        return link.shards().stream().filter(s -> s.phase() == Phase.STREAMING).count();
    }

    /// What is held back at a hand-over, and what the copy ends with, is known to the next process.
    @Test
    void killedBehindJobsNothingIsLost() {
        ServerBinary binary = valkey9();
        long seed = Seeds.one(ReshardByJobIT.class);
        Random random = new Random(seed);
        try (RedisCluster source = RedisCluster.start(() -> node(binary), 3, 0);
                RedisServer target = RedisServer.start(binary);
                Workload workload =
                        Workload.on(source)
                                .profile(WorkloadProfile.MIXED)
                                .withoutShortExpiries()
                                .stepsPerSecond(2_000)
                                .seed(seed)
                                .start()) {
            int entry = source.nodes().getFirst().port();
            for (int i = 0; i < 2; i++) {
                try (ChildProcess child = ChildLink.start(entry, target.port(), true)) {
                    Await.until(
                            "the child streams", LIMIT, () -> child.log().contains("STREAMING"));
                    workload.awaitMore(100, LIMIT);
                    List<RedisServer> nodes = source.primaryNodes();
                    int from = random.nextInt(nodes.size());
                    int to = (from + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
                    source.moveByJob(nodes.get(from), nodes.get(to), 1_000);
                    child.kill();
                }
            }
            try (RunningLink link = Sync.of(entry, target.port()).start().awaitAllStreaming()) {
                workload.awaitMore(300, LIMIT);
                workload.stop();
                Reshards.awaitCopied(source, link);
                assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, target);
            }
        }
    }
}
