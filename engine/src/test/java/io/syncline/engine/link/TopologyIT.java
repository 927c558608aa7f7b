package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Difference;
import io.syncline.testkit.Differences;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A snapshot and then a live stream between topologies of every kind: equal keyspaces.
class TopologyIT {
    private static final int STEPS = 3_000;

    /// Relative expiries of sources before 7.0 are dated on arrival, to the accuracy of both
    /// clocks.
    private static final Duration DATED_TOLERANCE = Duration.ofMillis(500);

    static Stream<Arguments> links() {
        String[][] links = {
            {"1", "redis-7.0", "3", "redis-7.0"},
            {"3", "redis-7.0", "1", "redis-7.0"},
            {"3", "redis-6.0", "3", "redis-6.0"},
            {"3", "redis-8.0", "2", "redis-8.0"},
            {"2", "valkey-9", "3", "valkey-9"},
            {"1", "valkey-8.1", "3", "valkey-8.1"},
            {"3", "redis-8.0", "3", "redis-7.0"},
            {"1", "redis-2.8", "3", "redis-7.0"},
            {"sentinel", "redis-7.0", "3", "redis-7.0"},
            {"3", "valkey-8.1", "sentinel", "valkey-8.1"},
        };
        List<Arguments> found = new ArrayList<>();
        for (String[] link : links) {
            Optional<ServerBinary> source = Servers.find(link[1]);
            Optional<ServerBinary> target = Servers.find(link[3]);
            if (source.isPresent() && target.isPresent()) {
                found.add(Arguments.of(link[0], source.get(), link[2], target.get()));
            }
        }
        return found.stream();
    }

    @ParameterizedTest(name = "{0} x {1} to {2} x {3}")
    @MethodSource("links")
    void copiesASnapshotAndThenEveryChange(
            String sourceKind, ServerBinary sourceBinary, String targetKind, ServerBinary binary) {
        try (TopologySide source = TopologySide.start(sourceKind, sourceBinary);
                TopologySide target = TopologySide.start(targetKind, binary)) {
            new SampleData(11).databases(0).fill(source.instance());
            Workload workload =
                    Workload.on(source.instance())
                            .profile(WorkloadProfile.MIXED)
                            .databases(0)
                            .connections(2)
                            .stepsPerSecond(5_000)
                            .start();
            try (RunningLink link =
                    Sync.between(source.endpoint(), target.endpoint()).skipRefused().start()) {
                link.awaitAllStreaming();
                assertThat(target.primaries())
                        .as("a first copy has no stale keys to look for")
                        .allMatch(node -> node.info("cmdstat_scan").isEmpty());
                workload.awaitMore(STEPS, RunningLink.LIMIT);
                workload.stop();
                source.awaitCopiedBy(link);
                assertThat(workload.miscounts(target.instance())).as("%s", link).isEmpty();
                check(link, source, target, sourceBinary);
            } finally {
                workload.close();
            }
        }
    }

    private static void check(
            RunningLink link, TopologySide source, TopologySide target, ServerBinary binary) {
        Duration tolerance = binary.version().hasExpireTime() ? Duration.ZERO : DATED_TOLERANCE;
        Differences differences =
                new KeyspaceDigest()
                        .tolerance(tolerance)
                        .compare(source.instance(), target.instance());
        Set<String> refused =
                link.events(LinkEvent.Refused.class).stream()
                        .map(LinkEvent.Refused::key)
                        .collect(Collectors.toSet());
        for (Difference difference : differences.listed()) {
            assertThat(refused).as("%s; %s", difference, link).contains(difference.key());
        }
        assertThat(link.events(LinkEvent.Refused.class))
                .as("what an older target cannot express")
                .allMatch(refusal -> refusal.key().contains("field-expiry"));
        assertThat(differences.keysCompared()).isPositive();
        assertThat(link.shards()).allMatch(shard -> shard.snapshots() == 1);
    }
}
