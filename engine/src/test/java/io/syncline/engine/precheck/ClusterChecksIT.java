package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Clusters on either side.
class ClusterChecksIT {
    private static RedisCluster cluster;
    private static RedisServer standalone;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(Servers.embedded(), 3, 0);
        standalone = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
        standalone.close();
    }

    @Test
    void aHealthyClusterIsWellOnEitherSide() {
        List<Finding> asTarget = new Trial(Trial.uri(standalone), uri(0)).overwriting().run();
        List<Finding> asSource = new Trial(uri(0), Trial.uri(standalone)).overwriting().run();

        String well = "OK cluster_state is ok, all slots are served, none moves";
        assertThat(Trial.errors(asTarget)).isEmpty();
        assertThat(Trial.errors(asSource)).isEmpty();
        assertThat(Trial.sentences(asTarget, "target-cluster")).containsExactly(well, well, well);
        assertThat(Trial.sentences(asSource, "source-cluster")).containsExactly(well, well, well);
        assertThat(Trial.sentences(asSource, "source-connection")).hasSize(3);
    }

    @Test
    void oneClusterByTwoOfItsNodesIsTheSame() {
        assertThat(new Trial(uri(0), uri(1)).find("different-instances"))
                .singleElement()
                .asString()
                .startsWith("ERROR source and target are the same ");
    }

    @Test
    void aSlotThatMovesIsAWarningAtBothItsNodes() {
        RedisServer from = cluster.ownerOf(42);
        RedisServer to = cluster.ownerOf(16_000);
        var move = cluster.beginMove(42, to);
        try {
            assertThat(new Trial(uri(0), Trial.uri(standalone)).find("source-cluster"))
                    .filteredOn(sentence -> sentence.startsWith("WARNING"))
                    .hasSize(2)
                    .containsOnly(
                            "WARNING 1 slot is being moved: 42 | Let the resharding end first, or"
                                    + " finish one that was abandoned (redis-cli --cluster fix)");
        } finally {
            move.finish();
            cluster.moveSlot(42, from);
        }
    }

    @Test
    void oneShardWithLessRoomThanItsShareIsAWarning() {
        RedisServer small = cluster.ownerOf(42);
        try {
            cluster.nodes().forEach(node -> node.command("CONFIG", "SET", "maxmemory", "900mb"));
            assertThat(new Trial(Trial.uri(standalone), uri(0)).find("target-memory"))
                    .singleElement()
                    .asString()
                    .startsWith("OK ");
            standalone.command("SET", "large", new byte[9 << 20]);
            small.command("CONFIG", "SET", "maxmemory", "4mb");

            assertThat(new Trial(Trial.uri(standalone), uri(0)).find("target-memory"))
                    .singleElement()
                    .asString()
                    .matches(
                            "WARNING this shard uses \\d+ .B of 4 MB \\(maxmemory\\), and about \\d+"
                                    + " .B of the source come to it \\| Raise maxmemory of this shard"
                                    + " as that of the others");
        } finally {
            standalone.command("DEL", "large");
            cluster.nodes().forEach(node -> node.command("CONFIG", "SET", "maxmemory", "0"));
        }
    }

    @Test
    void otherDatabasesThanTheFirstAreAnErrorForAClusterTarget() {
        try (RedisServer source = RedisServer.start()) {
            source.command("SET", "key", "value");
            source.command("MOVE", "key", 3);

            assertThat(new Trial(Trial.uri(source), uri(0)).find("target-databases"))
                    .containsExactly(
                            "ERROR the target lacks database 3, being a cluster (SELECT is answered"
                                    + " with 'ERR SELECT is not allowed in cluster mode') | Map what"
                                    + " is needed onto databases it has, for example --databases 3:0,"
                                    + " or leave the others out with --databases 0");
        }
    }

    @Test
    void scriptsOfAnOldSourceAreAWarningForAClusterTarget() {
        Optional<ServerBinary> old = Servers.find("redis-2.8");
        Assumptions.assumeTrue(old.isPresent(), "no server that streams the text of scripts");
        try (RedisServer source = RedisServer.start(old.get())) {
            Trial trial = new Trial(Trial.uri(source), uri(0));
            source.command("SADD", "a", "1");
            source.command("SUNIONSTORE", "b", "a");
            source.command("RENAME", "b", "c");
            assertThat(trial.find("cross-slot"))
                    .containsExactly(
                            "OK the source has run no command since its start that a cluster refuses"
                                    + " over several slots");

            source.command("EVAL", "return 1", 0);

            assertThat(trial.find("cross-slot"))
                    .containsExactly(
                            "WARNING the source has run EVAL; a cluster refuses them when their keys"
                                    + " are in different slots | Give keys that are used together a"
                                    + " common {tag}, or choose --on-refused skip");
        }
    }

    @Test
    void aClusterWithSlotsThatNobodyServesIsAnError() {
        try (RedisCluster broken = RedisCluster.start(Servers.embedded(), 3, 0)) {
            RedisServer asked = broken.nodes().getFirst();
            broken.nodes().getLast().kill();
            Await.until(
                    "the cluster is down",
                    Duration.ofSeconds(30),
                    () -> asked.text("CLUSTER", "INFO").contains("cluster_state:fail"));

            List<Finding> findings =
                    new Trial("redis-cluster://127.0.0.1:" + asked.port(), Trial.uri(standalone))
                            .run();

            assertThat(Trial.errors(findings))
                    .containsExactly(
                            "source-connection ERROR the source cannot be reached: Connection refused"
                                    + " | The instance itself names this address: make it reachable"
                                    + " from here, or set cluster-announce-ip (in a cluster) or"
                                    + " replica-announce-ip (with sentinel) to one that is");
        }
    }

    @Test
    void aClusterWithSlotsWithoutAnOwnerIsAnError() {
        try (RedisCluster broken = RedisCluster.start(Servers.embedded(), 3, 0)) {
            for (RedisServer node : broken.nodes()) {
                node.command("CLUSTER", "DELSLOTS", 7);
            }
            RedisServer asked = broken.nodes().getFirst();
            Await.until(
                    "the cluster is down",
                    Duration.ofSeconds(30),
                    () -> asked.text("CLUSTER", "INFO").contains("cluster_state:fail"));

            assertThat(new Trial(Trial.uri(standalone), Trial.uri(asked)).find("target-cluster"))
                    .contains(
                            "ERROR cluster_state is fail, and 16383 of 16384 slots are served | Bring"
                                    + " the missing nodes back, or assign their slots (redis-cli"
                                    + " --cluster fix)");
        }
    }

    private static String uri(int node) {
        return "redis-cluster://127.0.0.1:" + cluster.nodes().get(node).port();
    }

    @Test
    void shardsAreAskedAtOnce() throws InterruptedException {
        try (RedisCluster far = RedisCluster.startBehindProxies(RedisServer::builder, 3, 0)) {
            List<FaultProxy> silent =
                    far.primaryNodes().subList(1, 3).stream().map(far::proxyOf).toList();
            int[] before = silent.stream().mapToInt(FaultProxy::connections).toArray();
            silent.forEach(
                    proxy -> proxy.injectNext(FaultProxy.Direction.TO_CLIENT, new Fault.Stall()));
            String one =
                    "redis-cluster://127.0.0.1:"
                            + far.proxyOf(far.primaryNodes().getFirst()).port();
            Thread asking =
                    Thread.ofVirtual()
                            .start(() -> new Trial(one, Trial.uri(standalone)).overwriting().run());

            Await.until(
                    "both are asked though none answers",
                    Duration.ofSeconds(15),
                    () ->
                            silent.get(0).connections() > before[0]
                                    && silent.get(1).connections() > before[1]);

            silent.forEach(FaultProxy::heal);
            asking.join();
        }
    }
}
