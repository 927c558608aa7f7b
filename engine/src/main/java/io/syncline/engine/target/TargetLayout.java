package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the slots of a pipeline lay in a cluster target when a floor was written: which of them
/// shared a node, and in which one that node's own floor is kept.
///
/// Text in the target: `VERSION;KEY-SLOT:FIRST-LAST,FIRST-LAST;KEY-SLOT:...`.
///
/// @param version grows with every layout of a task; tells node floors of this one from others
/// @param groups one a node
record TargetLayout(long version, List<Group> groups) {
    /// Slots of one node.
    ///
    /// @param keySlot the slot that the node's floor is in
    record Group(int keySlot, BitSet slots) {
        Group {
            slots = (BitSet) slots.clone();
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }
    }

    TargetLayout {
        groups = List.copyOf(groups);
    }

    /// Chooses a key's slot for each node: the one it has, if that is still there, else the
    /// highest, since tools that move slots begin with the lowest.
    ///
    /// @param nodes the slots of each
    /// @param before the layout before this one
    /// @param avoided slots that are about to leave their nodes
    static TargetLayout of(
            long version, List<BitSet> nodes, @Nullable TargetLayout before, BitSet avoided) {
        List<Group> groups = new ArrayList<>();
        for (BitSet slots : nodes) {
            if (!slots.isEmpty()) {
                groups.add(new Group(keySlot(slots, before, avoided), slots));
            }
        }
        return new TargetLayout(version, groups);
    }

    private static int keySlot(BitSet slots, @Nullable TargetLayout before, BitSet avoided) {
        BitSet good = (BitSet) slots.clone();
        good.andNot(avoided);
        if (good.isEmpty()) {
            good = slots;
        }
        if (before != null) {
            for (Group group : before.groups) {
                if (good.get(group.keySlot)) {
                    return group.keySlot;
                }
            }
        }
        return good.length() - 1;
    }

    boolean sameGroups(@Nullable TargetLayout other) {
        return other != null && groups.equals(other.groups);
    }

    String text() {
        StringBuilder text = new StringBuilder().append(version);
        for (Group group : groups) {
            text.append(';').append(group.keySlot).append(':');
            BitSet slots = group.slots;
            for (int from = slots.nextSetBit(0); from >= 0; ) {
                int end = slots.nextClearBit(from);
                text.append(from).append('-').append(end - 1).append(',');
                from = slots.nextSetBit(end);
            }
        }
        return text.toString();
    }

    /// Reads a layout.
    ///
    /// @return null when the text is none
    static @Nullable TargetLayout parse(String text) {
        try {
            String[] parts = text.split(";", -1);
            List<Group> groups = new ArrayList<>();
            for (int i = 1; i < parts.length; i++) {
                groups.add(group(parts[i].split(":", 2)));
            }
            return new TargetLayout(Long.parseLong(parts[0]), groups);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private static Group group(String[] words) {
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        for (String range : words[1].split(",", 0)) {
            String[] ends = range.split("-", 2);
            int last = Integer.parseInt(ends[1]);
            if (last >= ClusterMap.SLOTS) {
                throw new IndexOutOfBoundsException(last);
            }
            slots.set(Integer.parseInt(ends[0]), last + 1);
        }
        return new Group(Integer.parseInt(words[0]), slots);
    }
}
