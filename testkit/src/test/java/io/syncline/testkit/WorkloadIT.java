package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void everyVersionTakesEveryCommandAndItsReplicaStaysEqual(ServerBinary binary) {
        try (RedisServer server = RedisServer.start(binary);
                RedisServer replica =
                        RedisServer.builder().binary(binary).replicaOf(server).start()) {
            Workload traffic = Workload.on(server).profile(WorkloadProfile.MIXED).start();
            traffic.awaitMore(20_000, SOON);
            traffic.stop();

            assertThat(traffic.refusals()).isEmpty();
            assertThat(traffic.unknown()).isZero();
            assertThat(traffic.miscounts(server)).isEmpty();
            replica.awaitReplicaOf(server, SOON);
            assertThat(traffic.miscounts(replica)).isEmpty();
            // A replica of 6.2 and older gets relative expiries, somewhat later.
            new KeyspaceDigest().tolerance(Duration.ofSeconds(2)).requireEqual(server, replica);
        }
    }

    @Test
    void aLostAndADoubledIncrementAreFound() {
        try (RedisServer server = RedisServer.start()) {
            Workload traffic = Workload.on(server).databases(0).start();
            traffic.awaitMore(1_000, SOON);
            traffic.stop();
            assertThat(traffic.miscounts(server)).isEmpty();

            server.command("INCR", "count:7:number");
            assertThat(traffic.miscounts(server)).singleElement().asString().contains("count:7:");

            server.command("DECR", "count:7:number");
            server.command("LPOP", "count:{8}:list");
            assertThat(traffic.miscounts(server)).singleElement().asString().contains("{8}:list");
        }
    }

    @Test
    void cutConnectionsLeaveUnknownsAndTheTrafficGoesOn() {
        try (RedisServer server = RedisServer.start();
                FaultProxy proxy = FaultProxy.before(server)) {
            Workload traffic = Workload.on(Instance.at(proxy.endpoint())).start();
            for (int cut = 0; cut < 10; cut++) {
                traffic.awaitMore(500, SOON);
                proxy.breakConnections(cut % 2 == 0 ? new Fault.Cut() : new Fault.Reset());
            }
            traffic.awaitMore(500, SOON);
            traffic.stop();

            assertThat(traffic.reconnects()).isPositive();
            assertThat(traffic.unknown()).isPositive();
            assertThat(traffic.miscounts(server)).isEmpty();
        }
    }

    @Test
    void theRateIsKept() {
        try (RedisServer server = RedisServer.start()) {
            Workload traffic =
                    Workload.on(server).connections(2).depth(1).stepsPerSecond(400).start();
            long begin = System.nanoTime();
            traffic.awaitMore(200, SOON);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            traffic.stop();

            assertThat(took).isBetween(Duration.ofMillis(400), Duration.ofSeconds(3));
        }
    }

    @Test
    void aClusterThatMovesSlotsAndFailsOverLosesNothingAcknowledged() {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 2, 1)) {
            Workload traffic =
                    Workload.on(cluster)
                            .profile(WorkloadProfile.MIXED)
                            .keys(20)
                            .stepsPerSecond(3_000)
                            .start();
            traffic.awaitMore(1_000, SOON);

            for (String tag : List.of("{1}", "{2}", "{3}")) {
                int slot = RedisCluster.slot(tag);
                RedisServer from = cluster.ownerOf(slot);
                RedisServer to =
                        cluster.primaryNodes().stream()
                                .filter(node -> node != from)
                                .findFirst()
                                .orElseThrow();
                cluster.moveSlot(slot, to);
            }
            cluster.failover(0);
            traffic.awaitMore(1_000, SOON);
            traffic.stop();

            System.out.println("cluster traffic: " + traffic);
            assertThat(traffic.retried()).isPositive();
            assertThat(traffic.refusals()).isEmpty();
            assertThat(traffic.miscounts(cluster)).isEmpty();
        }
    }
}
