package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.verify.VerifyOptions.Mode;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Differences that are easily overlooked, and equalities that look like differences: every version
/// against itself and others, standalone and clusters.
class TrapsIT {
    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        List<ServerBinary> all = Servers.versions();
        for (ServerBinary each : all) {
            pairs.add(Arguments.of(each, each, "standalone"));
        }
        for (String[] pair :
                new String[][] {
                    {"redis-2", "redis-8", "standalone"},
                    {"redis-6.0", "valkey-9", "cluster to cluster"},
                    {"redis-8", "redis-7", "standalone"},
                    {"valkey-9", "redis-8", "standalone"},
                    {"redis-7", "redis-7", "standalone to cluster"},
                    {"valkey-8", "redis-8", "cluster to standalone"}
                }) {
            Servers.find(pair[0])
                    .ifPresent(source ->
                            Servers.find(pair[1])
                                    .ifPresent(target ->
                                            pairs.add(Arguments.of(source, target, pair[2]))));
        }
        return pairs.stream();
    }

    @ParameterizedTest(name = "{0} and {1}, {2}")
    @MethodSource("pairs")
    void everyTrapIsFoundAndNothingElse(ServerBinary one, ServerBinary other, String shape) {
        boolean fromCluster = shape.startsWith("cluster");
        boolean toCluster = shape.endsWith("cluster");
        try (Started source = Started.of(one, fromCluster);
                Started target = Started.of(other, toCluster)) {
            if (one.equals(other) && fromCluster == toCluster) {
                new SampleData(11).fill(source.instance());
                new SampleData(11).fill(target.instance());
            }
            Traps traps =
                    new Traps(source.instance(), target.instance(), one.version(), other.version());
            traps.lay();

            Verifying full = Verifying.between(source.instance(), target.instance());
            assertThat(full.run()).as("%s", full).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(full.told()).containsExactlyElementsOf(new TreeSet<>(traps.full()));

            Verifying length =
                    Verifying.between(source.instance(), target.instance()).mode(Mode.LENGTH);
            length.run();
            assertThat(length.told()).containsExactlyElementsOf(new TreeSet<>(traps.length()));

            Verifying exists =
                    Verifying.between(source.instance(), target.instance()).mode(Mode.EXISTS);
            exists.run();
            assertThat(exists.told()).containsExactlyElementsOf(new TreeSet<>(traps.exists()));
        }
    }

    /// A deployment of the test's own.
    private record Started(Instance instance, Runnable end) implements AutoCloseable {
        static Started of(ServerBinary binary, boolean cluster) {
            if (cluster) {
                RedisCluster made = RedisCluster.start(binary, 3, 0);
                return new Started(made, made::close);
            }
            RedisServer made = RedisServer.start(binary);
            return new Started(made, made::close);
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
