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
import io.syncline.testkit.SlotMove;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Slots of a cluster source that move between its shards under counting traffic on the moving
/// keys: nothing is lost, nothing is doubled, nothing is copied twice.
class ReshardIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final int KEYS = 20;

    private Random random;
    private RedisCluster source;
    private @Nullable TopologySide started;
    private Workload workload;

    static RedisServerBuilder node() {
        return RedisServer.builder().config("repl-backlog-size 64mb");
    }

    @BeforeEach
    void start() {
        long seed = Seeds.one(ReshardIT.class);
        random = new Random(seed);
        source = RedisCluster.start(ReshardIT::node, 3, 0);
        workload =
                Workload.on(source)
                        .profile(WorkloadProfile.MIXED)
                        .withoutShortExpiries()
                        .connections(2)
                        .keys(KEYS)
                        .stepsPerSecond(4_000)
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

    private Instance target() {
        return Objects.requireNonNull(started).instance();
    }

    private RunningLink link(String targetKind) {
        if (started == null) {
            started = TopologySide.start(targetKind, source.nodes().getFirst().binary());
        }
        return Sync.between(TopologySide.endpointOf(source), started.endpoint())
                .shortLimits()
                .skipRefused()
                .start()
                .awaitAllStreaming();
    }

    /// Moves the slot of a counter that is written to all the time.
    private void moveOne() {
        int slot = slotInUse();
        List<RedisServer> others = new ArrayList<>(source.primaryNodes());
        others.remove(source.ownerOf(slot));
        source.moveSlot(slot, others.get(random.nextInt(others.size())));
    }

    private int slotInUse() {
        int number = random.nextInt(KEYS);
        return RedisCluster.slot(
                random.nextBoolean() ? "count:{" + number + "}:list" : "count:" + number + ":list");
    }

    private void requireExact(RunningLink link) {
        workload.awaitMore(1_000, LIMIT);
        workload.stop();
        Reshards.awaitCopied(source, link);
        assertThat(workload.miscounts(target())).as("%s", link).isEmpty();
        new KeyspaceDigest().requireEqual(source, target());
        assertThat(workload.refusals()).isEmpty();
        assertThat(link.events(LinkEvent.Refused.class)).as("%s", link).isEmpty();
        assertThat(link.shards()).as("%s", link).allMatch(shard -> shard.snapshots() <= 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void slotsMovedByMigrateAreHandedOverInOrder(String target) {
        try (RunningLink link = link(target)) {
            for (int i = 0; i < 8; i++) {
                moveOne();
                workload.awaitMore(200, LIMIT);
            }
            requireExact(link);
        }
    }

    /// Each of two shards waits for the other: for different slots.
    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void slotsThatMoveBothWaysAtOnceDoNotWaitForEachOther(String target) {
        RedisServer first = source.primaryNodes().get(0);
        RedisServer second = source.primaryNodes().get(1);
        try (RunningLink link = link(target)) {
            for (int i = 0; i < 3; i++) {
                SlotMove there = source.beginMove(slotOf(first), second);
                SlotMove back = source.beginMove(slotOf(second), first);
                for (int moved = 1; moved > 0; ) {
                    moved = there.moveKeys(1) + back.moveKeys(1);
                }
                there.finish();
                back.finish();
                workload.awaitMore(200, LIMIT);
            }
            requireExact(link);
        }
    }

    private int slotOf(RedisServer owner) {
        int slot = slotInUse();
        while (source.ownerOf(slot) != owner) {
            slot = slotInUse();
        }
        return slot;
    }

    /// A slot that is on its way is held back: over the link's end, too.
    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void aLinkThatStartsAgainAmidAMoveGoesOnExactly(String target) {
        int slot = slotInUse();
        RedisServer from = source.ownerOf(slot);
        RedisServer to =
                source.primaryNodes().stream().filter(n -> n != from).findFirst().orElseThrow();
        SlotMove move;
        try (RunningLink link = link(target)) {
            move = source.beginMove(slot, to);
            move.moveKeys(2);
            link.await("something is held back", () -> isHeldBack(link));
            link.stop();
        }
        try (RunningLink link = link(target)) {
            while (move.moveKeys(1) > 0) {
                // One by one.
            }
            link.stop();
        }
        move.finish();
        workload.awaitMore(200, LIMIT);
        try (RunningLink link = link(target)) {
            requireExact(link);
            assertThat(link.shards()).as("%s", link).allMatch(shard -> shard.snapshots() == 0);
        }
    }

    private static boolean isHeldBack(RunningLink link) {
        return link.shards().stream().anyMatch(s -> s.receivedOffset() > s.appliedOffset() + 200);
    }

    @Test
    void aProcessThatIsKilledAmidMovesGoesOnExactly() {
        started = TopologySide.start("1", source.nodes().getFirst().binary());
        int port = target().primaries().getFirst().port();
        for (int i = 0; i < 4; i++) {
            try (ChildProcess child =
                    ChildLink.start(source.nodes().getFirst().port(), port, true)) {
                Await.until("the child streams", LIMIT, () -> child.log().contains("STREAMING"));
                for (int j = 0; j < 2 + random.nextInt(3); j++) {
                    moveOne();
                }
                child.kill();
            }
        }
        try (RunningLink link =
                Sync.of(source.nodes().getFirst().port(), port).start().awaitAllStreaming()) {
            requireExact(link);
            assertThat(link.shards()).as("%s", link).allMatch(shard -> shard.snapshots() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void shardsThatJoinAndLeaveAreFollowed(String target) {
        try (RunningLink link = link(target)) {
            workload.awaitMore(300, LIMIT);
            RedisServer added = source.addPrimary();
            link.await("a pipeline for the new shard", () -> link.shards().size() == 4);
            link.awaitAllStreaming();
            RedisServer removed = source.primaryNodes().getFirst();
            source.moveAll(removed, added, keys());
            link.await("the empty shard's pipeline ends", () -> link.shards().size() == 3);
            workload.awaitMore(300, LIMIT);
            requireExact(link);
        }
    }

    private static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            for (String kind :
                    List.of("string", "float", "set", "hash", "zset", "list", "stream")) {
                keys.add("mixed:" + kind + ":" + i);
            }
            for (String kind : List.of("text", "list", "number")) {
                keys.add("count:" + i + ":" + kind);
            }
            keys.add("mixed:{" + i + "}");
        }
        return keys;
    }
}
