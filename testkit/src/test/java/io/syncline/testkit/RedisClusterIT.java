package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RedisClusterIT {
    private static final int QUICK_MOVES = 100;

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#clusterVersions")
    void everyVersionFormsAClusterMovesSlotsAndFailsOver(ServerBinary binary) {
        long begin = System.nanoTime();
        try (RedisCluster cluster = RedisCluster.start(binary, 2, 1)) {
            System.out.printf(
                    "cluster of %s: %d ms%n",
                    binary, Duration.ofNanos(System.nanoTime() - begin).toMillis());
            assertThat(cluster.primaries()).hasSize(2);
            int slot = RedisCluster.slot("{tag}");
            for (int i = 0; i < 250; i++) {
                cluster.command("SET", "{tag}" + i, i);
            }
            RedisServer from = cluster.ownerOf(slot);
            RedisServer to = cluster.addPrimary();

            cluster.moveSlot(slot, to);

            assertThat(cluster.ownerOf(slot)).isSameAs(to);
            assertThat(to.number("CLUSTER", "COUNTKEYSINSLOT", slot)).isEqualTo(250);
            assertThat(from.number("CLUSTER", "COUNTKEYSINSLOT", slot)).isZero();

            RedisServer old = cluster.primaryNodes().getFirst();
            RedisServer promoted = cluster.failover(0);

            assertThat(promoted).isNotSameAs(old);
            assertThat(cluster.primaryNodes()).contains(promoted).doesNotContain(old);
            assertThat(cluster.replicasOf(promoted)).contains(old);
        }
    }

    @Test
    void aReplicaTakesOverFromAPrimaryThatDied() {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 3, 1)) {
            RedisServer primary = cluster.nodeFor("key");
            cluster.command("SET", "key", "value");
            primary.command("WAIT", 1, 5_000);
            RedisServer replica = cluster.replicasOf(primary).getFirst();

            primary.kill();
            cluster.promote(replica, "TAKEOVER");

            assertThat(cluster.nodeFor("key")).isSameAs(replica);
            assertThat(replica.text("GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void aMoveCanBeSeenHalfDone() {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 2, 0)) {
            int slot = RedisCluster.slot("{tag}");
            RedisServer from = cluster.ownerOf(slot);
            RedisServer to =
                    cluster.primaryNodes().stream()
                            .filter(node -> node != from)
                            .findFirst()
                            .orElseThrow();
            for (int i = 0; i < 10; i++) {
                cluster.command("SET", "{tag}" + i, i);
            }

            SlotMove move = cluster.beginMove(slot, to);
            assertThat(move.moveKeys(4)).isEqualTo(4);

            assertThat(from.number("CLUSTER", "COUNTKEYSINSLOT", slot)).isEqualTo(6);
            assertThat(to.number("CLUSTER", "COUNTKEYSINSLOT", slot)).isEqualTo(4);
            assertThat(cluster.ownerOf(slot)).isSameAs(from);
            assertThat(move.moveKeys(100)).isEqualTo(6);
            move.finish();
            assertThat(cluster.ownerOf(slot)).isSameAs(to);
        }
    }

    /// A node's word about a slot that it has just given away must not outweigh the new owner's.
    @Test
    void slotsThatMoveInQuickSuccessionStayWhereTheyAre() {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 3, 0)) {
            for (int i = 0; i < QUICK_MOVES; i++) {
                int slot = i % 2;
                RedisServer from = cluster.ownerOf(slot);
                int next = (cluster.nodes().indexOf(from) + 1) % 3;

                cluster.moveSlot(slot, cluster.nodes().get(next));
            }

            assertThat(cluster.primaryNodes()).containsExactlyInAnyOrderElementsOf(cluster.nodes());
        }
    }

    @Test
    void aClusterMaySpeakTlsOnlyAndAskForAPassword() {
        ServerBinary binary = Servers.withTls().orElse(null);
        assumeThat(binary).as("a server with TLS, see testkit/servers.sh").isNotNull();
        TlsCertificates certificates = TlsCertificates.shared();
        try (RedisCluster cluster =
                RedisCluster.start(
                        () ->
                                RedisServer.builder()
                                        .binary(Objects.requireNonNull(binary))
                                        .tls(certificates)
                                        .password("secret"),
                        2,
                        1)) {
            int slot = RedisCluster.slot("key");
            cluster.command("SET", "key", "value");
            RedisServer from = cluster.ownerOf(slot);
            RedisServer to =
                    cluster.primaryNodes().stream()
                            .filter(node -> node != from)
                            .findFirst()
                            .orElseThrow();

            cluster.moveSlot(slot, to);

            assertThat(to.text("GET", "key")).isEqualTo("value");
            assertThat(cluster.replicasOf(to)).hasSize(1);
        }
    }
}
