package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import java.util.Arrays;

/// Where the stream stood before what each slot still has to bring to the target: the floor is the
/// smallest of these places.
final class SlotStarts {
    /// Of a slot of which nothing waits and nothing is on its way.
    private static final long NOTHING = Long.MAX_VALUE;

    private final long[] waiting = new long[ClusterMap.SLOTS];
    private final int[] waitingDatabases = new int[ClusterMap.SLOTS];
    private final long[] oldest = new long[ClusterMap.SLOTS];
    private final int[] oldestDatabases = new int[ClusterMap.SLOTS];

    SlotStarts() {
        clear();
    }

    void clear() {
        Arrays.fill(oldest, NOTHING);
    }

    /// From here on commands of a slot wait.
    void waits(int slot, long offset, int database) {
        waiting[slot] = offset;
        waitingDatabases[slot] = database;
    }

    /// All that was sent of a slot is answered, and what waits is the oldest.
    void answered(int slot) {
        oldest[slot] = waiting[slot];
        oldestDatabases[slot] = waitingDatabases[slot];
    }

    /// The same where nothing waits.
    void settled(int slot) {
        oldest[slot] = NOTHING;
    }

    /// The offset before all that is not answered.
    long offset(int slot) {
        return oldest[slot];
    }

    /// The source's database there.
    int database(int slot) {
        return oldestDatabases[slot];
    }

    /// The slot that is farthest behind; -1 when none is behind `offset`.
    int last(long offset) {
        long smallest = offset;
        int last = -1;
        for (int slot = 0; slot < oldest.length; slot++) {
            if (oldest[slot] < smallest) {
                smallest = oldest[slot];
                last = slot;
            }
        }
        return last;
    }
}
