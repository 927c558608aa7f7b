package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What nodes of a cluster say of themselves, and what a slot that waits may collect.
class NodeFloorsTest {
    private static final long EPOCH = 7;

    private static BitSet slots(int from, int to) {
        BitSet slots = new BitSet();
        slots.set(from, to + 1);
        return slots;
    }

    private static Checkpoint floor(long offset) {
        return new Checkpoint(1, Checkpoint.Phase.STREAMING, offset, 0, Checkpoint.NO_ID, 0);
    }

    private static NodeFloor written(long offset, long layout) {
        return NodeFloor.decode(NodeFloor.encode(EPOCH, floor(offset), layout), EPOCH);
    }

    @Test
    void aLayoutIsReadAsItWasWritten() {
        BitSet scattered = slots(5, 9);
        scattered.set(16_383);
        TargetLayout layout =
                TargetLayout.of(42, List.of(slots(0, 4), scattered), null, new BitSet());
        assertThat(layout.text()).isEqualTo("42;4:0-4,;16383:5-9,16383-16383,");
        assertThat(TargetLayout.parse(layout.text())).isEqualTo(layout);
        assertThat(TargetLayout.parse("42;4:0-99999,")).isNull();
        assertThat(TargetLayout.parse("no layout")).isNull();
    }

    @Test
    void aNodeKeepsItsKeyAsLongAsItsSlotStays() {
        TargetLayout before =
                TargetLayout.of(1, List.of(slots(0, 9), slots(10, 19)), null, new BitSet());
        TargetLayout grown =
                TargetLayout.of(2, List.of(slots(0, 15), slots(16, 19)), before, new BitSet());
        assertThat(grown.groups()).extracting(TargetLayout.Group::keySlot).containsExactly(9, 19);
        TargetLayout leaving =
                TargetLayout.of(3, List.of(slots(0, 15), slots(16, 19)), before, slots(9, 9));
        assertThat(leaving.groups())
                .extracting(TargetLayout.Group::keySlot)
                .containsExactly(15, 19);
    }

    @Test
    void theLowestNodeSaysWhereToReadOn() {
        TargetLayout layout =
                TargetLayout.of(1, List.of(slots(0, 9), slots(10, 19)), null, new BitSet());
        NodeFloor[] found = {written(500, 1), written(300, 1)};
        NodeFloors floors = new NodeFloors(layout, found, floor(400));
        assertThat(floors.resume(floor(400)).offset()).isEqualTo(300);
        assertThat(floors.of(3).offset()).isEqualTo(500);
        assertThat(floors.of(12).offset()).isEqualTo(300);
        assertThat(floors.isMissing()).isFalse();
    }

    @Test
    void aFloorOfALayoutThatNeverCameToBeIsBelievedUpToThePipelines() {
        TargetLayout layout = TargetLayout.of(1, List.of(slots(0, 9)), null, new BitSet());
        NodeFloors floors = new NodeFloors(layout, new NodeFloor[] {written(500, 2)}, floor(400));
        assertThat(floors.of(3).offset()).isEqualTo(400);
    }

    @Test
    void aNodeWithoutAFloorOrWithOneOfAnotherRunIsMissed() {
        TargetLayout layout = TargetLayout.of(1, List.of(slots(0, 9)), null, new BitSet());
        NodeFloor other = NodeFloor.decode(NodeFloor.encode(EPOCH - 1, floor(500), 1), EPOCH);
        for (NodeFloor found : List.of(NodeFloor.ABSENT, other)) {
            NodeFloors floors = new NodeFloors(layout, new NodeFloor[] {found}, floor(400));
            assertThat(floors.isMissing()).isTrue();
        }
    }

    @Test
    void aFloorOfAnOlderLayoutSaysNothingOfSlotsThatMayHaveComeSince() {
        TargetLayout layout = TargetLayout.of(2, List.of(slots(0, 9)), null, new BitSet());
        NodeFloors floors = new NodeFloors(layout, new NodeFloor[] {written(300, 1)}, floor(400));
        assertThat(floors.of(3)).isEqualTo(SlotMark.ABSENT);
        assertThat(floors.resume(floor(400)).offset()).isEqualTo(300);
    }

    @Test
    void whatASlotCollectsWhileItsUnitWaitsIsCountedByItself() {
        SlotBatches batches = new SlotBatches(ClusterSimulation.settings(false, 1));
        batches.begin(EPOCH, new Place(), true);
        append(batches, 1, 100);
        append(batches, 2, 200);
        OneLaneASlot sender = new OneLaneASlot();
        batches.ready(sender, slot -> true);
        Batch first = sender.sent.get(0);
        Batch back = batches.takeOut(first, 0);
        batches.applied(first);
        batches.returned(back);
        append(batches, 1, 300);
        append(batches, 2, 400);
        batches.ready(sender, slot -> false);
        assertThat(batches.heldBytes()).as("behind the one that came back").isPositive();
        assertThat(batches.waitingBytes()).as("behind the one on its way").isPositive();
        batches.applied(sender.sent.get(1));
        batches.ready(sender, slot -> false);
        assertThat(sender.sent).as("the other slot goes on").hasSize(3);
        assertThat(batches.waitingBytes()).isZero();
        assertThat(batches.floor(null).offset()).as("nothing is passed over").isZero();
        batches.ready(sender, slot -> true);
        assertThat(batches.heldBytes()).as("it is on its way again").isZero();
        assertThat(batches.waitingBytes()).as("now behind one on its way").isPositive();
    }

    @Test
    void aFloorBeforeAnythingWasAppendedNamesTheHistoryThatWasFound() {
        SlotBatches batches = new SlotBatches(ClusterSimulation.settings(false, 1));
        Place from = new Place();
        from.offset = 400;
        from.replicationId = "cfdfa636a5f93e2da938db7b74f2e88c0a5d9d82";
        batches.begin(EPOCH, from, true);
        assertThat(batches.floor(null).replicationId()).isEqualTo(from.replicationId);
    }

    private static final class OneLaneASlot implements BatchSender {
        private final Map<Integer, NodeLane> lanes = new HashMap<>();
        private final List<Batch> sent = new ArrayList<>();

        @Override
        public NodeLane laneOf(int slot) {
            return lanes.computeIfAbsent(
                    slot,
                    any ->
                            new NodeLane(
                                    ClusterSimulation.settings(false, 1),
                                    new HostPort("127.0.0.1", 1 + slot),
                                    new DeafListener()));
        }

        @Override
        public boolean hasRoom(NodeLane lane) {
            return true;
        }

        @Override
        public void send(Batch batch, NodeLane lane) {
            sent.add(batch);
        }
    }

    private static void append(SlotBatches batches, int slot, long offset) {
        ByteBuilder text = new ByteBuilder(64);
        RespWriter.command(text, "APPEND", "{" + Slots.tag(slot) + "}", "x");
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        Place place = new Place();
        place.offset = offset;
        place.clean = true;
        batches.append(slot, view, CommandTable.standard().find(view), place);
        batches.passed(place);
    }
}
