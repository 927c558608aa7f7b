package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Merger;
import java.util.Arrays;

/// Commands on their way to one target node, as the bytes that go over the wire, kept until they
/// are answered so that they can be sent again. Reused: a batch at rest is in its lane's pool.
///
/// A batch is a row of *units*, each answered in one of two ways: a transaction (the guard's
/// replies, `+OK`, one `+QUEUED` per command, the EXEC array) or plain commands (one reply each).
public final class Batch {
    /// What is kept of the buffer when a batch goes back to the pool.
    private static final int KEPT_BYTES = 512 << 10;

    static final int GUARDED = 1 << 30;
    static final int PLAIN = 1 << 29;
    static final int COUNT_MASK = PLAIN - 1;

    private static final byte[] NOTHING = new byte[0];

    public final ByteBuilder wire;

    /// Joins neighbours as they are appended to [#wire].
    public final Merger merger;

    /// Replies due, one entry a unit: the count of its commands and how they are answered.
    int[] units = new int[1];

    int unitCount;

    /// Of a batch of slots: the slot of each unit, [#TAKEN] once the unit is taken out.
    int[] slots = new int[1];

    /// Of a batch of slots: commands of the source in each unit, before merging.
    int[] sources = new int[1];

    static final int TAKEN = -1;

    /// Where each command inside begins in [#wire], and behind the last where the units' end is.
    int[] commandStarts;

    /// What is known behind each command: the source's database, the stream position relative to
    /// [#startOffset], and the two flags below.
    long[] commandEnds;

    int commandCount;

    /// How many of them, at the end and before the checkpoint, record refusals.
    int records;

    /// Commands of the source that are in here, before merging.
    public int sourceCommands;

    /// Stream bytes before and behind this batch; equal in a snapshot.
    public long startOffset;

    public long endOffset;

    /// Where the guard's expected checkpoint and the new checkpoint stand in [#wire]; -1 for none.
    int expectedAt = -1;

    int valueAt = -1;

    /// For a guard that asks first: where the transaction behind it begins, and what must be
    /// answered.
    int guardLength;

    byte[] expected = NOTHING;

    /// Holds commands of a snapshot, each on a key of its own, which may be applied twice.
    boolean repeatable;

    /// Holds nothing but a node's own floor, see [FloorRounds]; never back in a pool.
    boolean floor;

    /// The slot of the command appended last to a repeatable batch, or of a floor's key.
    int lastSlot = -1;

    /// Holds something that was sent before and not taken.
    boolean repeated;

    /// Bytes that stand in the window for this batch.
    int windowBytes;

    long sentNanos;

    /// Behind this command a checkpoint may stand: it is outside any transaction of the source.
    static final int CLEAN = 1;

    /// This command was made of several by merging.
    static final int MERGED = 2;

    private static final int FLAG_BITS = 2;
    private static final int DATABASE_SHIFT = 48;
    private static final long OFFSET_MASK = (1L << DATABASE_SHIFT) - 1;

    /// A batch for `bytes` and `commands` at first; it grows.
    Batch(Merger.Rules rules, int bytes, int commands) {
        wire = new ByteBuilder(bytes);
        commandStarts = new int[commands];
        commandEnds = new long[commands];
        merger = new Merger(wire, rules);
    }

    void unit(int count, int kind) {
        if (unitCount == units.length) {
            units = Arrays.copyOf(units, unitCount * 2);
        }
        units[unitCount++] = count | kind;
    }

    /// Notes that the last unit is a slot's.
    ///
    /// @param sourceCount commands of the source in it
    void unitOf(int slot, int sourceCount) {
        if (slots.length < units.length) {
            slots = Arrays.copyOf(slots, units.length);
            sources = Arrays.copyOf(sources, units.length);
        }
        slots[unitCount - 1] = slot;
        sources[unitCount - 1] = sourceCount;
    }

    /// A batch of the usual size for a whole node.
    Batch(Merger.Rules rules) {
        this(rules, 128 << 10, 512);
    }

    /// A batch for units of slots: the one that fills it goes a little beyond.
    static Batch ofSlots(Merger.Rules rules) {
        return new Batch(rules, SlotBatches.BATCH_BYTES + (16 << 10), 512);
    }

    /// Notes that a command begins at the wire's end.
    public void beginCommand() {
        beginCommandAt(wire.length);
    }

    void beginCommandAt(int start) {
        if (commandCount == commandStarts.length) {
            int more = Math.max(4, commandCount * 2);
            commandStarts = Arrays.copyOf(commandStarts, more);
            commandEnds = Arrays.copyOf(commandEnds, more);
        }
        commandStarts[commandCount] = start;
        commandEnds[commandCount] = 0;
        commandCount++;
    }

    /// Notes where the stream stands behind the last command.
    ///
    /// @param database the source's, for the next command
    /// @param clean whether a checkpoint may stand there
    /// @param merged whether the command was joined with the one before it
    public void endCommand(long offset, int database, boolean clean, boolean merged) {
        int last = commandCount - 1;
        long flags = (clean ? CLEAN : 0) | (merged ? MERGED : commandEnds[last] & MERGED);
        commandEnds[last] =
                (long) database << DATABASE_SHIFT | (offset - startOffset) << FLAG_BITS | flags;
    }

    boolean isClean(int command) {
        return (commandEnds[command] & CLEAN) != 0;
    }

    boolean isMerged(int command) {
        return (commandEnds[command] & MERGED) != 0;
    }

    long offsetBehind(int command) {
        return startOffset + ((commandEnds[command] & OFFSET_MASK) >> FLAG_BITS);
    }

    int databaseBehind(int command) {
        return (int) (commandEnds[command] >>> DATABASE_SHIFT);
    }

    /// Bytes that wait to be sent.
    public int bytes() {
        return wire.length;
    }

    /// Commands that wait to be sent, after merging.
    public int commands() {
        return commandCount;
    }

    void clear() {
        clear(KEPT_BYTES);
    }

    /// @param keptBytes what is kept of the buffer
    void clear(int keptBytes) {
        merger.close();
        wire.clearAndTrim(keptBytes);
        unitCount = 0;
        commandCount = 0;
        records = 0;
        sourceCommands = 0;
        startOffset = 0;
        endOffset = 0;
        expectedAt = -1;
        valueAt = -1;
        guardLength = 0;
        expected = NOTHING;
        windowBytes = 0;
        repeatable = false;
        lastSlot = -1;
        repeated = false;
    }
}
