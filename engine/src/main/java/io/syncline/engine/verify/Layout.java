package io.syncline.engine.verify;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.net.HostPort;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who owned which slot of a cluster at one moment.
///
/// @param owners by slot; null where there was none
/// @param epoch grows with every change of an owner; 0 when it is not told
/// @param open slots whose keys were on their way from one node to another
/// @param importers nodes that they were on their way to
record Layout(List<@Nullable HostPort> owners, long epoch, BitSet open, Set<HostPort> importers) {
    Layout {
        owners = Collections.unmodifiableList(new ArrayList<>(owners));
        open = (BitSet) open.clone();
        importers = Set.copyOf(importers);
    }

    static Layout of(ClusterMap map, BitSet open, Set<HostPort> importers) {
        List<@Nullable HostPort> owners = new ArrayList<>(ClusterMap.SLOTS);
        for (int slot = 0; slot < ClusterMap.SLOTS; slot++) {
            owners.add(map.owner(slot));
        }
        return new Layout(owners, map.epoch(), open, importers);
    }

    @Override
    public BitSet open() {
        return (BitSet) open.clone();
    }

    /// Slots that changed their owners since then: all of them when one did and came back.
    BitSet changedSince(Layout before) {
        BitSet changed = new BitSet(ClusterMap.SLOTS);
        for (int slot = 0; slot < ClusterMap.SLOTS; slot++) {
            changed.set(slot, !Objects.equals(owners.get(slot), before.owners.get(slot)));
        }
        if (changed.isEmpty() && epoch > before.epoch) {
            changed.set(0, ClusterMap.SLOTS);
        }
        return changed;
    }

    /// A word for who owns what.
    String word() {
        return Integer.toHexString(owners.hashCode());
    }
}
