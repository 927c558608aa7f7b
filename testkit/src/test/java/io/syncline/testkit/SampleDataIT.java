package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Difference.Kind;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampleDataIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void twinsAreEqualAndSoIsAReplica(ServerBinary binary) {
        try (RedisServer one = RedisServer.start(binary);
                RedisServer other = RedisServer.start(binary);
                RedisServer replica = RedisServer.builder().binary(binary).replicaOf(one).start()) {
            long keys = new SampleData(1).functions().fill(one);
            new SampleData(1).functions().fill(other);

            Differences found = new KeyspaceDigest().compare(one, other);

            found.requireNone();
            assertThat(found.keysCompared()).isEqualTo(keys);
            assertThat(KeyspaceDigest.debugDigest(one))
                    .isEqualTo(KeyspaceDigest.debugDigest(other));
            assertThat(KeyspaceDigest.functions(one.endpoint()))
                    .isEqualTo(KeyspaceDigest.functions(other.endpoint()))
                    .hasSize(binary.version().hasFunctions() ? 1 : 0);
            replica.awaitReplicaOf(one, SOON);
            new KeyspaceDigest().requireEqual(one, replica);
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void everyEncodingIsThere(ServerBinary binary) {
        try (RedisServer server = RedisServer.start(binary)) {
            new SampleData(2).databases(0).fill(server);

            Set<String> encodings = new TreeSet<>();
            for (Object key : server.endpoint().connect().list("KEYS", "*")) {
                encodings.add(
                        server.text("TYPE", key) + "/" + server.text("OBJECT", "ENCODING", key));
            }

            System.out.println(binary + ": " + encodings);
            assertThat(encodings)
                    .contains("string/int", "string/raw", "set/intset")
                    .contains("set/hashtable", "zset/skiplist", "hash/hashtable");
            assertThat(encodings.contains("string/embstr"))
                    .isEqualTo(binary.version().atLeastRedis(3, 0));
            assertThat(encodings.contains("stream/stream"))
                    .isEqualTo(binary.version().hasStreams());
        }
    }

    @Test
    void anotherSeedGivesOtherData() {
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start()) {
            new SampleData(1).fill(one);
            new SampleData(2).fill(other);

            Differences found = new KeyspaceDigest().compare(one, other);

            assertThat(found.ofKind(Kind.VALUE)).isNotEmpty();
        }
    }

    @Test
    void theOldestAndTheNewestVersionHoldTheSameWhatBothKnow() {
        ServerBinary oldest = Servers.versions().getFirst();
        ServerBinary newest = Servers.versions().getLast();
        try (RedisServer one = RedisServer.start(oldest);
                RedisServer other = RedisServer.start(newest)) {
            new SampleData(3).fill(one);
            new SampleData(3).fill(other);

            Differences found = new KeyspaceDigest().compare(one, other);

            // Random values are drawn in the same order; only what the older lacks is missing.
            assertThat(found.ofKind(Kind.MISSING_RIGHT)).isEmpty();
            assertThat(found.ofKind(Kind.TYPE)).isEmpty();
            assertThat(found.ofKind(Kind.VALUE)).as(found.toString()).isEmpty();
        }
    }

    @Test
    void aClusterAndAStandaloneServerHoldTheSame() {
        try (RedisServer one = RedisServer.start();
                RedisCluster cluster = RedisCluster.start(Servers.embedded(), 2, 0)) {
            long keys = new SampleData(4).databases(0).fill(one);
            assertThat(new SampleData(4).fill(cluster)).isEqualTo(keys);

            new KeyspaceDigest().requireEqual(one, cluster);
            new KeyspaceDigest().requireEqual(cluster, one);

            cluster.command("SET", "only in the cluster", 1);
            one.command("SET", "only in one", 1);
            Differences found = new KeyspaceDigest().compare(cluster, one);
            assertThat(found.ofKind(Kind.MISSING_LEFT)).hasSize(1);
            assertThat(found.ofKind(Kind.MISSING_RIGHT)).hasSize(1);
            assertThat(found.total()).isEqualTo(2);
        }
    }

    @Test
    void theScaleMultipliesTheKeys() {
        try (RedisServer server = RedisServer.start()) {
            long once = new SampleData(5).databases(0).fill(server);
            server.command("FLUSHALL");
            long fourTimes = new SampleData(5).databases(0).scale(4).fill(server);

            assertThat(fourTimes).isBetween(3 * once, 4 * once);
            assertThat(server.number("DBSIZE")).isEqualTo(fourTimes);
        }
    }
}
