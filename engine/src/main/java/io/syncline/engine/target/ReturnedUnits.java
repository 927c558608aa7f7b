package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/// Units that nodes did not take and that have to be sent again, one a slot, and how much has
/// gathered behind them.
final class ReturnedUnits {
    private final ArrayDeque<Batch> units = new ArrayDeque<>();

    /// Whose unit came back and is not applied yet, be it here or on its way again.
    private final boolean[] repeated = new boolean[ClusterMap.SLOTS];

    private int repeats;
    private long heldBytes;

    void clear() {
        units.clear();
        Arrays.fill(repeated, false);
        repeats = 0;
        heldBytes = 0;
    }

    boolean isEmpty() {
        return units.isEmpty();
    }

    /// Whether something that was sent before and not taken still has to be.
    boolean hasRepeats() {
        return repeats > 0;
    }

    long heldBytes() {
        return heldBytes;
    }

    /// So much has gathered behind one of them, or, if negative, waits for it no longer.
    void held(int bytes) {
        heldBytes += bytes;
    }

    /// @param behind bytes that wait behind it
    void add(Batch one, int behind) {
        units.add(one);
        heldBytes += behind;
        int slot = one.slots[0];
        repeats += repeated[slot] ? 0 : 1;
        repeated[slot] = true;
    }

    /// Takes out those that may go again, in the order they came.
    List<Batch> take(IntPredicate mayRepeat) {
        if (units.isEmpty()) {
            return List.of();
        }
        List<Batch> taken = new ArrayList<>();
        for (int left = units.size(); left > 0; left--) {
            Batch one = units.remove();
            (mayRepeat.test(one.slots[0]) ? taken : units).add(one);
        }
        return taken;
    }

    /// A slot's last unit is in the target.
    void applied(int slot) {
        repeats -= repeated[slot] ? 1 : 0;
        repeated[slot] = false;
    }
}
