package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The lanes of a cluster writer: one per primary, and which slots each serves.
///
/// A lane never outlives a change of what its node owns: it is stopped, what it did is found out
/// from the slots' marks, and another is opened. So an answer that comes late from a node that no
/// longer is the slot's primary is never taken for true.
final class NodeLanes {
    private final WriterSettings settings;
    private final LaneListener listener;
    private final Verifier verifier;
    private final Map<HostPort, NodeLane> lanes = new LinkedHashMap<>();
    private final @Nullable NodeLane[] bySlot = new @Nullable NodeLane[ClusterMap.SLOTS];
    private volatile String place;

    /// Makes sure that this process is still the one that may write.
    @FunctionalInterface
    interface Verifier {
        void verify() throws IOException;
    }

    NodeLanes(WriterSettings settings, LaneListener listener, Verifier verifier) {
        this.settings = settings;
        this.listener = listener;
        this.verifier = verifier;
        this.place = settings.instance().endpoint().addresses().getFirst().toString();
    }

    /// The node last dialled or broken, for messages.
    String place() {
        return place;
    }

    Collection<NodeLane> all() {
        return lanes.values();
    }

    /// The lane that serves a slot.
    NodeLane of(int slot) {
        NodeLane lane = bySlot[slot];
        if (lane == null) {
            throw new SynclineException(
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    place,
                    "no primary of the target owns slot " + slot,
                    "Bring the cluster into state ok");
        }
        return lane;
    }

    BitSet slotsOf(NodeLane lane) {
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        for (int slot = 0; slot < bySlot.length; slot++) {
            if (bySlot[slot] == lane) {
                slots.set(slot);
            }
        }
        return slots;
    }

    /// The first fault of any lane.
    @Nullable LaneFault fault() {
        for (NodeLane lane : lanes.values()) {
            LaneFault fault = lane.fault();
            if (fault != null) {
                place = lane.node().toString();
                return fault;
            }
        }
        return null;
    }

    /// Whether every slot is served by the node that owns it.
    boolean agreesWith(ClusterMap map) {
        for (int slot = 0; slot < bySlot.length; slot++) {
            HostPort owner = map.owner(slot);
            NodeLane lane = bySlot[slot];
            if (owner != null && lane != null && !owner.equals(lane.node())) {
                return false;
            }
        }
        return true;
    }

    /// Lanes that are broken, or whose node no longer owns all it did.
    List<NodeLane> outdated(ClusterMap map) {
        List<NodeLane> outdated = new ArrayList<>();
        for (NodeLane lane : lanes.values()) {
            BitSet lost = slotsOf(lane);
            lost.andNot(map.slots(lane.node()));
            if (lane.fault() != null || !lost.isEmpty()) {
                outdated.add(lane);
            }
        }
        return outdated;
    }

    /// Closes a lane.
    ///
    /// @return what was not answered
    List<Batch> stop(NodeLane lane) {
        lanes.remove(lane.node(), lane);
        return lane.stop();
    }

    /// Opens a lane to every primary that has none, and assigns the slots.
    ///
    /// @throws IOException when a node is away or a slot has no owner: worth another try
    void adopt(ClusterMap map) throws IOException {
        if (map.uncovered() > 0) {
            throw new IOException(
                    "[" + place + "] " + map.uncovered() + " slots of the target have no owner");
        }
        boolean opened = false;
        for (HostPort primary : map.primaries()) {
            NodeLane lane = lanes.computeIfAbsent(primary, this::make);
            if (!lane.isOpen()) {
                place = primary.toString();
                lane.open();
                opened = true;
            }
        }
        if (opened) {
            verifier.verify();
        }
        for (int slot = 0; slot < bySlot.length; slot++) {
            HostPort owner = map.owner(slot);
            bySlot[slot] = owner == null ? null : lanes.get(owner);
        }
    }

    private NodeLane make(HostPort node) {
        return new NodeLane(settings, node, listener);
    }

    /// The lane to a node; null when it has none.
    @Nullable NodeLane at(HostPort node) {
        return lanes.get(node);
    }

    /// Reads how far slots are.
    ///
    /// @param keep whether marks that a clean stop let expire shall stay
    /// @return by slot; [SlotMark#ABSENT] for slots not asked for
    SlotMark[] marks(BitSet slots, long epoch, boolean keep) throws IOException {
        SlotMark[] found = new SlotMark[ClusterMap.SLOTS];
        Arrays.fill(found, SlotMark.ABSENT);
        for (NodeLane lane : lanes.values()) {
            int[] asked = slots.stream().filter(slot -> bySlot[slot] == lane).toArray();
            if (asked.length > 0) {
                try (Connection connection = settings.instance().connector().open(lane.node())) {
                    new MarkReader(settings, epoch, keep).read(connection, asked, found);
                }
            }
        }
        return found;
    }

    /// Closes all lanes for good.
    void close() {
        for (NodeLane lane : lanes.values()) {
            lane.stop();
        }
    }
}
