package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import java.util.Arrays;

/// What the nodes of a cluster target say for themselves, beside the floor of the whole pipeline.
///
/// The floor is one key on one node. Another node that fails over to a replica which had not got
/// everything stands behind that floor, and nothing in the floor says so. Its own floor does: it
/// was written behind the data, so a replica that has it has the data, too; and one that has not
/// shows an older one.
final class NodeFloors {
    /// For a task that never wrote any.
    static final NodeFloors NONE =
            new NodeFloors(
                    new TargetLayout(0, java.util.List.of()),
                    new NodeFloor[0],
                    Checkpoint.ofSnapshot(0));

    private final SlotMark[] bySlot = new SlotMark[ClusterMap.SLOTS];
    private final SlotMark[] byGroup;

    /// @param found by the layout's groups
    /// @param floor of the whole pipeline
    NodeFloors(TargetLayout layout, NodeFloor[] found, Checkpoint floor) {
        Arrays.fill(bySlot, SlotMark.ABSENT);
        byGroup = new SlotMark[found.length];
        for (int i = 0; i < found.length; i++) {
            SlotMark mark = found[i].mark();
            // Written with another layout, which never became the pipeline's: it may speak of other
            // slots. What the pipeline's floor says was true of both.
            boolean capped =
                    found[i].layout() != layout.version() && mark.offset() > floor.offset();
            byGroup[i] = capped ? new SlotMark(floor.offset(), floor.database()) : mark;
            // Of an older layout: it may not speak of slots that have come to the pipeline since.
            boolean older = found[i].layout() < layout.version();
            SlotMark place = older ? SlotMark.ABSENT : byGroup[i];
            layout.groups().get(i).slots().stream().forEach(slot -> bySlot[slot] = place);
        }
    }

    /// Up to where everything of a slot is known to be in the target, whatever its mark says;
    /// [SlotMark#ABSENT] when nobody knows.
    SlotMark of(int slot) {
        return bySlot[slot];
    }

    /// Whether a node has lost even its floor.
    boolean isMissing() {
        return Arrays.stream(byGroup).anyMatch(mark -> mark.offset() == SlotMark.NONE);
    }

    /// Where to read on from: the place that no node is behind.
    Checkpoint resume(Checkpoint floor) {
        Checkpoint from = floor;
        for (SlotMark mark : byGroup) {
            if (mark.offset() < from.offset()) {
                from = from.at(mark.offset(), mark.database());
            }
        }
        return from;
    }
}
