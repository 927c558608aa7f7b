package io.syncline.engine.verify;

import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which slots of a cluster moved while it was scanned: a key that moves from a node that is still
/// to be scanned to one that was, is met by neither scan. For one thread.
final class SlotWatch {
    private final Side side;
    private Layout last;
    private final BitSet moved = new BitSet();

    /// Slots on their way whose nodes were scanned in order, the giving one first: keys go one way,
    /// so none was missed.
    private final BitSet covered = new BitSet();

    SlotWatch(Side side) throws IOException {
        this.side = side;
        this.last = side.layout();
    }

    /// Looks who owns what now.
    void look() throws IOException {
        Layout now = side.layout();
        moved.or(now.changedSince(last));
        BitSet ended = last.open();
        ended.andNot(now.open());
        moved.or(ended);
        last = now;
    }

    /// Slots that have moved or are about to since this was asked last.
    BitSet take() {
        BitSet taken = (BitSet) moved.clone();
        moved.clear();
        BitSet open = last.open();
        open.andNot(covered);
        taken.or(open);
        covered.clear();
        covered.or(last.open());
        return taken;
    }

    /// The nodes to scan for some slots, one group after the other.
    List<Set<HostPort>> nodes(BitSet slots) {
        Set<HostPort> owners = new LinkedHashSet<>();
        slots.stream()
                .forEach(slot -> {
                    HostPort owner = last.owners().get(slot);
                    if (owner != null) {
                        owners.add(owner);
                    }
                });
        return List.of(owners, last.importers());
    }

    /// Who owned what when it was looked at last.
    Layout layout() {
        return last;
    }
}
