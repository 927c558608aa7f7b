package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.SlotMove;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Faults of a cluster target's nodes under counting traffic: nothing is lost, nothing is doubled,
/// nothing is copied twice.
class ClusterFaultsIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    private RedisServer source;
    private @Nullable RedisCluster started;
    private Workload workload;
    private long seed;

    @BeforeEach
    void start() {
        seed = Seeds.one(ClusterFaultsIT.class);
        source = RedisServer.builder().config("repl-backlog-size 256mb").start();
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
        if (started != null) {
            started.close();
        }
    }

    private RedisCluster target() {
        return Objects.requireNonNull(started);
    }

    private static RedisServerBuilder durable() {
        return RedisServer.builder().config("appendonly yes");
    }

    private RunningLink link() {
        return Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target()))
                .shortLimits()
                .start();
    }

    private void requireExact(RunningLink link) {
        workload.awaitMore(2_000, LIMIT);
        workload.stop();
        link.awaitCaughtUp(source);
        assertThat(workload.miscounts(target())).as("%s", link).isEmpty();
        new KeyspaceDigest().requireEqual(source, target());
    }

    private void requireExactWithoutAnotherSnapshot(RunningLink link) {
        requireExact(link);
        assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
    }

    @Test
    void aNodeThatIsKilledAndComesBackWithItsDataGoesOn() {
        started = RedisCluster.start(ClusterFaultsIT::durable, 3, 0);
        try (RunningLink link = link().awaitAllStreaming()) {
            for (int i = 0; i < 3; i++) {
                workload.awaitMore(2_000, LIMIT);
                target().nodes().get(i).kill();
                workload.awaitMore(2_000, LIMIT);
                target().nodes().get(i).restart();
            }
            requireExactWithoutAnotherSnapshot(link);
            assertThat(link.events(LinkEvent.Retrying.class)).isNotEmpty();
        }
    }

    /// What the old connection had sent stands in the node's socket when it wakes up.
    @Test
    void aNodeThatWasStoppedDoesNothingTwiceWhenItWakesUp() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        try (RunningLink link = link().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            target().nodes().getLast().pause();
            link.await("retries", () -> link.events(LinkEvent.Retrying.class).size() > 1);
            target().nodes().getLast().resume();
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    @Test
    void slotsThatMoveWhileStreamingAreFollowed() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        try (RunningLink link = link().awaitAllStreaming()) {
            for (int i = 0; i < 12; i++) {
                int slot = RedisCluster.slot("count:" + i + ":list");
                RedisServer from = target().ownerOf(slot);
                RedisServer to = target().nodes().get((target().nodes().indexOf(from) + 1) % 3);
                SlotMove move = target().beginMove(slot, to);
                workload.awaitMore(300, LIMIT);
                move.moveKeys(1);
                workload.awaitMore(300, LIMIT);
                move.moveKeys(100);
                workload.awaitMore(300, LIMIT);
                while (move.moveKeys(100) > 0) {
                    workload.awaitMore(1, LIMIT);
                }
                move.finish();
            }
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    @Test
    void slotsThatMoveWhileASnapshotIsCopiedAreFollowed() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        for (int i = 0; i < 20_000; i++) {
            source.command("SET", "bulk:" + i, "v".repeat(300));
        }
        source.command("CONFIG", "SET", "rdb-key-save-delay", 100);
        try (RunningLink link = link()) {
            link.await("a snapshot", () -> link.shard().snapshotKeys() > 1_000);
            for (int i = 0; i < 20; i++) {
                int slot = RedisCluster.slot("bulk:" + i);
                RedisServer from = target().ownerOf(slot);
                target().moveSlot(
                                slot,
                                target().nodes().get((target().nodes().indexOf(from) + 1) % 3));
            }
            link.awaitAllStreaming();
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    /// As when somebody's tool has died halfway: keys are on both sides, and a key's mark perhaps
    /// on the other one.
    @Test
    void aSlotThatIsHalfMovedForLongHoldsUpNoOther() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        try (RunningLink link =
                Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target()))
                        .retry(Duration.ofSeconds(30))
                        .start()
                        .awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            int slot = RedisCluster.slot("count:0:list");
            RedisServer from = target().ownerOf(slot);
            RedisServer to = target().nodes().get((target().nodes().indexOf(from) + 1) % 3);
            SlotMove move = target().beginMove(slot, to);
            move.moveKeys(1);
            source.command("INCR", "count:0:list:{count:0:list}");
            link.await(
                    "a slot that waits",
                    () ->
                            link.events(LinkEvent.Retrying.class).stream()
                                    .anyMatch(retry ->
                                            retry.reason()
                                                    .contains("slot " + slot + " is on its")));
            for (int i = 0; i < 5; i++) {
                workload.awaitMore(2_000, LIMIT);
                source.command("SET", "elsewhere", "round " + i);
                String expected = "round " + i;
                link.await(
                        "writes of other slots",
                        () ->
                                target().nodeFor("elsewhere")
                                        .text("GET", "elsewhere")
                                        .equals(expected));
            }
            while (move.moveKeys(100) > 0) {
                // Until the slot is empty.
            }
            move.finish();
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    @Test
    void nodesThatAreAddedAndRemovedWhileStreamingAreFollowed() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        try (RunningLink link = link().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            RedisServer added = target().addPrimary();
            for (int i = 0; i < 10; i++) {
                moveTo(added, "count:" + i + ":list");
                moveTo(added, "count:{" + i + "}:number");
            }
            workload.awaitMore(1_000, LIMIT);
            for (int i = 0; i < 10; i++) {
                RedisServer back = target().nodes().get(i % 3);
                moveTo(back, "count:" + i + ":list");
                moveTo(back, "count:{" + i + "}:number");
            }
            target().remove(added);
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    private void moveTo(RedisServer node, String key) {
        int slot = RedisCluster.slot(key);
        if (target().ownerOf(slot) != node) {
            target().moveSlot(slot, node);
        }
    }

    @Test
    void nodesThatAreAddedAndRemovedWhileASnapshotIsCopiedAreFollowed() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        for (int i = 0; i < 20_000; i++) {
            source.command("SET", "bulk:" + i, "v".repeat(300));
        }
        source.command("CONFIG", "SET", "rdb-key-save-delay", 150);
        RedisServer added = target().addPrimary();
        try (RunningLink link = link()) {
            link.await("a snapshot", () -> link.shard().snapshotKeys() > 1_000);
            for (int i = 0; i < 10; i++) {
                moveTo(added, "bulk:" + i);
            }
            for (int i = 0; i < 10; i++) {
                moveTo(target().nodes().get(i % 3), "bulk:" + i);
            }
            target().remove(added);
            link.awaitAllStreaming();
            requireExact(link);
        }
    }

    @Test
    void aFailoverThatLosesNothingIsFollowed() {
        started = RedisCluster.start(RedisServer::builder, 3, 1);
        try (RunningLink link = link().awaitAllStreaming()) {
            for (int i = 0; i < 3; i++) {
                workload.awaitMore(2_000, LIMIT);
                target().failover(i);
            }
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    /// What becomes of a primary that has acknowledged what its replica has not.
    private enum Fate {
        KILLED,
        HANGS,
        DEMOTED
    }

    /// Each replica is cut off for good from its primary, which goes on to acknowledge, and then
    /// replaces it.
    @Test
    void writesThatAFailoverLosesAreSentAgain() {
        started = RedisCluster.start(RedisServer::builder, 3, 1);
        try (RunningLink link = link().awaitAllStreaming()) {
            Iterator<RedisServer> primaries = target().primaryNodes().iterator();
            for (Fate fate : Fate.values()) {
                workload.awaitMore(2_000, LIMIT);
                loseWrites(link, primaries.next(), fate);
            }
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    private void loseWrites(RunningLink link, RedisServer primary, Fate fate) {
        RedisServer replica = target().replicasOf(primary).getFirst();
        // One whose connection is only closed is back within milliseconds, and lacks nothing.
        primary.command("ACL", "SETUSER", "default", "-psync", "-sync");
        primary.command("CLIENT", "KILL", "TYPE", "replica");
        Await.until(
                replica + " is cut off",
                LIMIT,
                () -> replica.info("master_link_status").equals("down"));
        long had = Long.parseLong(replica.info("master_repl_offset"));
        for (int i = 0; i < 1_000; i++) {
            source.command("INCR", "once:" + fate + ":" + i);
        }
        link.awaitCaughtUp(source);
        assertThat(Long.parseLong(primary.info("master_repl_offset")))
                .as("what %s has acknowledged and %s has not", primary, replica)
                .isGreaterThan(had + 10_000);
        assertThat(Long.parseLong(replica.info("master_repl_offset"))).isEqualTo(had);
        long before = losses(link);
        switch (fate) {
            case KILLED -> primary.kill();
            case HANGS -> primary.pause();
            case DEMOTED -> {}
        }
        replica.command("CLUSTER", "FAILOVER", "TAKEOVER");
        link.await("the loss is noticed", () -> losses(link) > before);
        if (fate == Fate.HANGS) {
            primary.resume();
        }
        target().awaitAgreement();
    }

    private static long losses(RunningLink link) {
        return link.events(LinkEvent.Warned.class).stream()
                .filter(warned -> warned.text().contains("lost writes it had acknowledged"))
                .count();
    }

    @Test
    void aPrimaryThatHangsIsReplacedByItsReplica() {
        started = RedisCluster.start(RedisServer::builder, 3, 1);
        try (RunningLink link =
                Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target()))
                        .start()
                        .awaitAllStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            RedisServer primary = target().primaryNodes().getFirst();
            primary.pause();
            link.await(
                    "writes go on",
                    () -> {
                        long goal = Long.parseLong(source.info("master_repl_offset"));
                        return link.events(LinkEvent.Recovered.class).size() > 0
                                && link.shard().appliedOffset() > goal - 1_000_000;
                    });
            primary.resume();
            requireExact(link);
        }
    }

    @Test
    void oneNodeOutOfMemoryIsWaitedFor() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        try (RunningLink link = link().awaitAllStreaming()) {
            for (int i = 0; i < 3; i++) {
                workload.awaitMore(1_000, LIMIT);
                RedisServer node = target().nodes().get(i);
                int before = link.events(LinkEvent.Retrying.class).size();
                node.command("CONFIG", "SET", "maxmemory", "1");
                link.await(
                        "a retry", () -> link.events(LinkEvent.Retrying.class).size() > before + 1);
                node.command("CONFIG", "SET", "maxmemory", "0");
            }
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    @Test
    void oneNodeOutOfMemoryInASnapshotIsWaitedForWithoutHurry() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        RedisServer own = target().nodeFor("__syncline:{it}:task");
        RedisServer node =
                target().nodes().stream().filter(other -> other != own).findFirst().orElseThrow();
        node.command("CONFIG", "SET", "maxmemory", "1");
        for (int i = 0; i < 5_000; i++) {
            source.command("SET", "bulk:" + i, "v".repeat(300));
        }
        try (RunningLink link = link()) {
            link.await("retries", () -> link.events(LinkEvent.Retrying.class).size() > 3);
            long refused = Long.parseLong(node.info("total_error_replies"));
            assertThat(refused).as("commands sent into a full node").isLessThan(100_000);
            node.command("CONFIG", "SET", "maxmemory", "0");
            link.awaitAllStreaming();
            requireExactWithoutAnotherSnapshot(link);
        }
    }

    @Test
    void theLaterOfTwoProcessesWins() {
        started = RedisCluster.start(RedisServer::builder, 3, 0);
        try (RunningLink first = link().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            try (RunningLink second = link().awaitAllStreaming()) {
                assertThat(first.awaitFailure().code()).isEqualTo(ErrorCode.SUPERSEDED);
                requireExact(second);
                assertThat(second.shard().snapshots()).isZero();
            }
        }
    }
}
