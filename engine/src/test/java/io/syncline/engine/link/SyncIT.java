package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Difference;
import io.syncline.testkit.Differences;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.ServerVersion;
import io.syncline.testkit.ServerVersion.Product;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A snapshot and then a live stream, from every version to itself and to others: equal keyspaces,
/// to the millisecond.
class SyncIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// Enough to fill many batches, little enough that all pairs of versions stay under a minute.
    private static final int STEPS = 3_000;

    /// A relative expiry of an old source is dated on arrival, to the accuracy of both clocks.
    private static final Duration DATED_TOLERANCE = Duration.ofMillis(250);

    /// Each version as source, by disk and without, into itself and into the newest of its family.
    static Stream<Arguments> upwards() {
        List<Arguments> pairs = new ArrayList<>();
        List<ServerBinary> all = Servers.versions();
        for (ServerBinary source : all) {
            for (ServerBinary target : targets(source, all)) {
                pairs.add(Arguments.of(source, target, "no"));
                if (source.version().atLeastRedis(6, 0) && source.equals(target)) {
                    pairs.add(Arguments.of(source, target, "yes"));
                }
            }
        }
        return pairs.stream();
    }

    private static List<ServerBinary> targets(ServerBinary source, List<ServerBinary> all) {
        return all.stream()
                .filter(target -> target.equals(source) || isNewestOfFamily(target, all))
                .filter(target -> canExpressAllOf(source.version(), target.version()))
                .toList();
    }

    /// Up to Redis 7.2 the families are one; from there on each goes its own way.
    private static boolean canExpressAllOf(ServerVersion source, ServerVersion target) {
        boolean common = source.product() == Product.REDIS && !source.atLeastRedis(7, 4);
        return (common || target.product() == source.product()) && target.compareTo(source) >= 0;
    }

    private static boolean isNewestOfFamily(ServerBinary one, List<ServerBinary> all) {
        return all.stream()
                .filter(other -> other.version().product() == one.version().product())
                .allMatch(other -> other.version().compareTo(one.version()) <= 0);
    }

    @ParameterizedTest(name = "{0} to {1}, diskless {2}")
    @MethodSource("upwards")
    void copiesASnapshotAndThenEveryChange(
            ServerBinary source, ServerBinary target, String diskless) {
        sync(source, target, diskless, true).requireNone();
    }

    static Stream<Arguments> downwards() {
        List<Arguments> pairs = new ArrayList<>();
        for (String[] pair :
                new String[][] {
                    {"redis-8", "redis-7"},
                    {"redis-7", "redis-6.0"},
                    {"valkey-9", "redis-7"},
                    {"redis-8", "valkey-8"},
                    {"valkey-9", "redis-8"}
                }) {
            Servers.find(pair[0])
                    .ifPresent(source ->
                            Servers.find(pair[1])
                                    .ifPresent(target -> pairs.add(Arguments.of(source, target))));
        }
        return pairs.stream();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("downwards")
    void anOlderTargetGetsAllThatItCanExpressAndTheRestIsRecorded(
            ServerBinary source, ServerBinary target) {
        Differences differences = sync(source, target, "yes", false);

        assertThat(differences.listed())
                .allSatisfy(difference -> assertThat(difference.key()).contains("field-expiry"));
    }

    private static Differences sync(
            ServerBinary sourceBinary,
            ServerBinary targetBinary,
            String diskless,
            boolean everything) {
        try (RedisServer source =
                        RedisServer.builder()
                                .binary(sourceBinary)
                                .config("repl-diskless-sync " + diskless)
                                .start();
                RedisServer target = RedisServer.start(targetBinary)) {
            new SampleData(7).functions().fill(source);
            Sync settings = Sync.of(source, target);
            if (!everything) {
                settings.skipRefused();
            }
            Workload workload = traffic(source);
            try (RunningLink link = settings.start()) {
                link.awaitStreaming();
                workload.awaitMore(STEPS, LIMIT);
                workload.stop();
                link.awaitCaughtUp(source);
                assertThat(link.shard().snapshots()).isEqualTo(1);
                assertThat(workload.miscounts(target)).isEmpty();
                if (everything) {
                    assertThat(link.events(LinkEvent.Refused.class)).isEmpty();
                    assertThat(KeyspaceDigest.functions(target.endpoint()))
                            .isEqualTo(KeyspaceDigest.functions(source.endpoint()));
                }
                Differences differences =
                        new KeyspaceDigest().tolerance(tolerance(source)).compare(source, target);
                checkRecorded(differences, link, target);
                return differences;
            } finally {
                workload.close();
            }
        }
    }

    private static Workload traffic(RedisServer source) {
        return Workload.on(source)
                .profile(WorkloadProfile.MIXED)
                .connections(2)
                .stepsPerSecond(10_000)
                .withoutShortExpiries()
                .start();
    }

    private static Duration tolerance(RedisServer source) {
        return source.version().hasExpireTime() ? Duration.ZERO : DATED_TOLERANCE;
    }

    private static void checkRecorded(
            Differences differences, RunningLink link, RedisServer target) {
        Set<String> refused =
                link.events(LinkEvent.Refused.class).stream()
                        .map(LinkEvent.Refused::key)
                        .collect(Collectors.toSet());
        for (Difference difference : differences.listed()) {
            assertThat(refused).as("%s", difference).contains(difference.key());
        }
        if (!refused.isEmpty()) {
            assertThat(target.number("LLEN", "__syncline:{it}:refused")).isPositive();
        }
    }
}
