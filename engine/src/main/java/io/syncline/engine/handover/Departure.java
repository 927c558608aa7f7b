package io.syncline.engine.handover;

import io.syncline.engine.resp.CommandView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Tells, behind a move by the server's own job, the deletions of clients from those by which the
/// former owner clears away what it has copied.
///
/// Both are the same command, and the second ones directly follow the first. But what clients
/// deleted last stands at the end of the copy's stream, too: so deletions are held until they are
/// seen to be those; or until another command shows that clearing away had not begun.
final class Departure {
    private static final long PRIME = 0x9e3779b97f4a7c15L;

    /// Clients do not delete so much without any other command in between: it is cleared away.
    private static final int HELD_BYTES = 16 << 20;

    /// Stands for any number of other commands.
    static final long OTHER = 0;

    /// The end of what the copy's stream says: hashes of deleted keys, and [#OTHER] between them.
    private final long[] copy;

    /// Where in `copy` the deletions held may begin.
    private BitSet starts = new BitSet();

    private final List<Held> held = new ArrayList<>();
    private int heldBytes;
    private boolean clearing;

    /// A deletion that waits for its verdict.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    record Held(int database, byte[] command, long arrivedMillis) {}

    Departure(long[] copy) {
        this.copy = copy;
        starts.set(0, copy.length);
    }

    static long hash(CommandView view) {
        long hash = view.lengths[1];
        for (int i = 0; i < view.lengths[1]; i++) {
            hash = (hash ^ (view.buffer[view.offsets[1] + i] & 0xff)) * PRIME;
            hash ^= hash >>> 29;
        }
        return hash == OTHER ? 1 : hash;
    }

    /// A deletion of one key.
    ///
    /// @return what is now known to be of clients, in order
    List<Held> deletion(CommandView view, int database, long arrivedMillis) {
        if (clearing) {
            return List.of();
        }
        long hash = hash(view);
        int length = held.size();
        BitSet left = new BitSet();
        boolean whole = false;
        for (int start = starts.nextSetBit(0); start >= 0; start = starts.nextSetBit(start + 1)) {
            if (start + length < copy.length && copy[start + length] == hash) {
                left.set(start);
                whole |= start + length == copy.length - 1;
            }
        }
        starts = left;
        byte[] bytes = Arrays.copyOfRange(view.buffer, view.start, view.end);
        held.add(new Held(database, bytes, arrivedMillis));
        heldBytes += bytes.length;
        if (whole) {
            starts.clear();
            return takeHeld();
        }
        if (heldBytes > HELD_BYTES) {
            clearing = true;
            takeHeld();
        }
        return List.of();
    }

    /// Any other command: clearing away has not begun before it.
    List<Held> other() {
        starts.clear();
        for (int i = 0; i < copy.length; i++) {
            starts.set(i, i > 0 && copy[i - 1] == OTHER);
        }
        return takeHeld();
    }

    private List<Held> takeHeld() {
        List<Held> taken = new ArrayList<>(held);
        held.clear();
        heldBytes = 0;
        return taken;
    }
}
