package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.net.HostPort;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is in doubt while lanes are mended.
final class Mending {
    private final List<Batch> lost = new ArrayList<>();
    private final BitSet suspects = new BitSet(ClusterMap.SLOTS);
    private final Map<HostPort, String> processes = new HashMap<>();

    /// A lane was stopped.
    ///
    /// @param slots what it served
    /// @param unanswered batches that it had on their way
    void stopped(NodeLane lane, BitSet slots, List<Batch> unanswered) {
        suspects.or(slots);
        lost.addAll(unanswered);
        for (Batch batch : unanswered) {
            boolean ofSlots = !batch.repeatable && !batch.floor;
            for (int unit = 0; ofSlots && unit < batch.unitCount; unit++) {
                if (batch.slots[unit] != Batch.TAKEN) {
                    suspects.set(batch.slots[unit]);
                }
            }
        }
        if (!lane.runId().isEmpty()) {
            processes.putIfAbsent(lane.node(), lane.runId());
        }
    }

    /// Batches that were not answered.
    List<Batch> lost() {
        return lost;
    }

    /// Slots whose marks have to be looked at.
    BitSet suspects() {
        return suspects;
    }

    /// A snapshot's batches carry no marks: when the process that took them is not there any more,
    /// be it restarted or replaced, what it had acknowledged may be gone with it.
    ///
    /// @throws RewindException to copy the snapshot again
    void requireSameNodes(NodeLanes nodes) throws RewindException {
        for (Map.Entry<HostPort, String> before : processes.entrySet()) {
            NodeLane now = nodes.at(before.getKey());
            if (now == null || !now.runId().equals(before.getValue())) {
                throw new RewindException(null);
            }
        }
    }
}
