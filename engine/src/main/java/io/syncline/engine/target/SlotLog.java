package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.MergeKind;
import io.syncline.engine.resp.CommandView;
import java.util.Arrays;

/// Commands that wait to be sent: one behind the other as the stream brought them, chained by slot.
///
/// Appending touches the end of two arrays and one line of the slot, wherever that slot's commands
/// stand: with a buffer per slot, each command would miss the processor's caches several times.
/// What is taken leaves a hole; holes are closed when there is no room left and they are at least
/// half of all, so a byte is moved once on average, or less.
final class SlotLog {
    /// A long of each entry: where the stream stands behind the command.
    private static final int WORDS = 3;

    /// A long of each entry: where its bytes begin.
    private static final int START = 1;

    /// A long of each entry: database, slot, where the body begins, [MergeKind] and the flags.
    private static final int SHAPE = 2;

    private static final int CLEAN = 1;
    private static final int COUNTED = 2;
    private static final int KIND_SHIFT = 2;
    private static final int KIND_MASK = 0x3f;
    private static final int BODY_SHIFT = 8;
    private static final int BODY_MASK = 0xff;
    private static final int SLOT_SHIFT = 16;
    private static final int SLOT_MASK = 0x3fff;
    private static final int DATABASE_SHIFT = 32;

    private static final int FIRST_BYTES = 64 << 10;
    private static final int FIRST_ENTRIES = 1 << 10;

    private static final int NONE = -1;

    private final int usualBytes;
    private final ByteBuilder bytes = new ByteBuilder(FIRST_BYTES);
    private long[] entries = new long[WORDS * FIRST_ENTRIES];

    /// The slot's entry before each. Apart, since a chain is followed from miss to miss otherwise.
    private int[] befores = new int[FIRST_ENTRIES];

    private int count;

    private final int[] firsts = new int[ClusterMap.SLOTS];
    private final int[] lasts = new int[ClusterMap.SLOTS];
    private final int[] slotBytes = new int[ClusterMap.SLOTS];
    private int waiting;
    private int waitingBytes;
    private int waitingSlots;

    /// The entries of the slot asked for last, newest first.
    private int[] gathered = new int[64];

    private int gatheredCount;

    /// @param usualBytes what a busy stream needs: taken at once when the first room is used up,
    ///   since every buffer that was too small stays behind as garbage
    SlotLog(int usualBytes) {
        this.usualBytes = usualBytes;
        clear();
    }

    void clear() {
        Arrays.fill(lasts, NONE);
        Arrays.fill(slotBytes, 0);
        waiting = 0;
        waitingBytes = 0;
        waitingSlots = 0;
        rewind();
    }

    private void rewind() {
        count = 0;
        bytes.length = 0;
        if (bytes.array.length > 2 * usualBytes) {
            bytes.clearAndTrim(FIRST_BYTES);
        }
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    boolean isEmpty(int slot) {
        return lasts[slot] == NONE;
    }

    /// Bytes of a slot that wait.
    int bytes(int slot) {
        return slotBytes[slot];
    }

    /// Bytes of all slots that wait.
    int waitingBytes() {
        return waitingBytes;
    }

    /// Slots of which something waits.
    int waitingSlots() {
        return waitingSlots;
    }

    // ---- appending ----

    /// Appends a command as it is.
    void append(int slot, CommandView command, MergeKind kind, Place behind) {
        room(command.length());
        int start = bytes.length;
        command.copyTo(bytes);
        int body = command.offsets[0] + command.lengths[0] + 2 - command.start;
        // A name that is padded so far that it cannot be told where it ends is left as it is.
        boolean plain = body <= BODY_MASK;
        int shape =
                (plain ? kind.code << KIND_SHIFT | body << BODY_SHIFT : 0)
                        | (behind.clean ? CLEAN : 0)
                        | COUNTED;
        add(slot, start, bytes.length, shape, behind);
    }

    /// The buffer for commands to be written in place; [#written] must follow for each, and nothing
    /// else come between.
    ///
    /// @param expected bytes, about
    ByteBuilder open(int expected) {
        room(expected);
        return bytes;
    }

    /// A command was written to the end of the buffer.
    ///
    /// @param start where it begins there, at the end of the one before
    /// @param last whether it is the last of those that stand for one command of the source
    void written(int slot, int start, int end, boolean last, Place behind) {
        add(slot, start, end, last ? COUNTED | (behind.clean ? CLEAN : 0) : 0, behind);
    }

    private void add(int slot, int start, int end, int shape, Place behind) {
        if ((count + 1) * WORDS > entries.length) {
            entries = Arrays.copyOf(entries, entries.length * 2);
            befores = Arrays.copyOf(befores, befores.length * 2);
        }
        int at = count * WORDS;
        entries[at] = behind.offset;
        entries[at + START] = start;
        entries[at + SHAPE] =
                (long) behind.database << DATABASE_SHIFT | (long) slot << SLOT_SHIFT | shape;
        if (lasts[slot] == NONE) {
            firsts[slot] = count;
            waitingSlots++;
        }
        befores[count] = lasts[slot];
        lasts[slot] = count;
        slotBytes[slot] += end - start;
        waitingBytes += end - start;
        waiting++;
        count++;
    }

    private void room(int more) {
        boolean noBytes = bytes.array.length - bytes.length < more;
        boolean noEntries = (count + 1) * WORDS > entries.length;
        if ((noBytes && waitingBytes <= bytes.length / 2) || (noEntries && waiting <= count / 2)) {
            closeHoles();
        }
        if (bytes.array.length - bytes.length < more) {
            bytes.ensure(Math.max(more, usualBytes - bytes.length));
        }
    }

    /// Moves what waits to the front, in the order it came.
    private void closeHoles() {
        int kept = 0;
        int length = 0;
        for (int entry = 0; entry < count; entry++) {
            long shape = entries[entry * WORDS + SHAPE];
            int slot = slot(shape);
            if (lasts[slot] == NONE || entry < firsts[slot]) {
                continue;
            }
            // All of the slot's entries from its first on wait, so its last is free to follow.
            befores[kept] = lasts[slot];
            if (entry == firsts[slot]) {
                firsts[slot] = kept;
                befores[kept] = NONE;
            }
            lasts[slot] = kept;
            int start = start(entry);
            int end = end(entry);
            System.arraycopy(bytes.array, start, bytes.array, length, end - start);
            entries[kept * WORDS] = entries[entry * WORDS];
            entries[kept * WORDS + START] = length;
            entries[kept * WORDS + SHAPE] = shape;
            length += end - start;
            kept++;
        }
        count = kept;
        bytes.length = length;
    }

    // ---- taking ----

    /// Finds what waits of a slot: [#entry] tells each, the oldest first.
    ///
    /// @return how many commands; their bytes stay where they are until the next one is appended
    int gather(int slot) {
        gatheredCount = 0;
        int entry = lasts[slot];
        while (entry != NONE) {
            if (gatheredCount == gathered.length) {
                gathered = Arrays.copyOf(gathered, gatheredCount * 2);
            }
            gathered[gatheredCount++] = entry;
            entry = befores[entry];
        }
        return gatheredCount;
    }

    /// The entry of one of the commands that were gathered.
    int entry(int index) {
        return gathered[gatheredCount - 1 - index];
    }

    /// What was gathered of a slot, which is not nothing, is on its way.
    void taken(int slot) {
        waitingSlots--;
        lasts[slot] = NONE;
        waiting -= gatheredCount;
        waitingBytes -= slotBytes[slot];
        slotBytes[slot] = 0;
        if (waiting == 0) {
            rewind();
        }
    }

    /// The buffer that entries stand in.
    byte[] array() {
        return bytes.array;
    }

    int start(int entry) {
        return (int) entries[entry * WORDS + START];
    }

    int end(int entry) {
        return entry + 1 == count ? bytes.length : start(entry + 1);
    }

    /// Where what is behind the command's name begins.
    int body(int entry) {
        return start(entry) + ((int) (entries[entry * WORDS + SHAPE] >> BODY_SHIFT) & BODY_MASK);
    }

    MergeKind kind(int entry) {
        return MergeKind.of((int) (entries[entry * WORDS + SHAPE] >> KIND_SHIFT) & KIND_MASK);
    }

    long offset(int entry) {
        return entries[entry * WORDS];
    }

    int database(int entry) {
        return (int) (entries[entry * WORDS + SHAPE] >> DATABASE_SHIFT);
    }

    boolean isClean(int entry) {
        return (entries[entry * WORDS + SHAPE] & CLEAN) != 0;
    }

    /// Whether a command of the source ends here; it may have become several.
    boolean isCounted(int entry) {
        return (entries[entry * WORDS + SHAPE] & COUNTED) != 0;
    }

    private static int slot(long shape) {
        return (int) (shape >> SLOT_SHIFT) & SLOT_MASK;
    }
}
