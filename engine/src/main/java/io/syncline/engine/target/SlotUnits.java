package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.MergeKind;
import io.syncline.engine.command.Merger;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;

/// Writes units: a slot's commands and its mark, which a node applies together or not at all. Many
/// of them make a batch.
///
/// Plain SETs and the mark are one MSET. Anything else is a transaction.
final class SlotUnits {
    private static final byte[] MULTI = Wire.command("MULTI");
    private static final byte[] EXEC = Wire.command("EXEC");

    /// Key and value.
    private static final int PAIR = 2;

    /// What a unit has beside its commands: MULTI, EXEC, its mark.
    private static final int OVERHEAD_BYTES = 256;

    private final boolean joinsSets;
    private final MarkBook marks;
    private final byte[] mark = new byte[SlotMark.LENGTH];
    private final CommandParser parser = new CommandParser();
    private final CommandView view = new CommandView();

    SlotUnits(boolean joinsSets, MarkBook marks) {
        this.joinsSets = joinsSets;
        this.marks = marks;
    }

    /// Takes what waits of a slot, and adds it to a batch.
    void write(SlotLog log, int slot, long epoch, Batch to) {
        int count = log.gather(slot);
        int last = log.entry(count - 1);
        SlotMark.encode(mark, epoch, log.offset(last), log.database(last));
        int sourceCount = 0;
        boolean sets = joinsSets;
        for (int i = 0; i < count; i++) {
            int entry = log.entry(i);
            sourceCount += log.isCounted(entry) ? 1 : 0;
            sets &= log.kind(entry) == MergeKind.SET;
        }
        byte[] key = marks.key(slot);
        to.wire.ensure(log.bytes(slot) + OVERHEAD_BYTES);
        int pairs = count + 1;
        if (sets
                && 1 + PAIR * pairs <= Merger.ARGUMENT_LIMIT
                && log.bytes(slot) + key.length <= Merger.RUN_LENGTH_LIMIT) {
            writeRun(log, count, key, to);
        } else {
            writeTransaction(log, count, key, to);
        }
        to.unitOf(slot, sourceCount);
        to.sourceCommands += sourceCount;
        log.taken(slot);
    }

    private void writeRun(SlotLog log, int count, byte[] key, Batch to) {
        ByteBuilder wire = to.wire;
        to.beginCommand();
        RespWriter.array(wire, 1 + PAIR * (count + 1));
        wire.put(Merger.MSET_NAME);
        byte[] array = log.array();
        for (int i = 0; i < count; i++) {
            int entry = log.entry(i);
            int body = log.body(entry);
            wire.put(array, body, log.end(entry) - body);
        }
        RespWriter.bulk(wire, key);
        RespWriter.bulk(wire, mark);
        int last = log.entry(count - 1);
        to.endCommand(log.offset(last), log.database(last), true, true);
        to.unit(1, Batch.PLAIN);
    }

    private void writeTransaction(SlotLog log, int count, byte[] key, Batch to) {
        to.wire.put(MULTI);
        to.merger.close();
        int first = to.commandCount;
        for (int i = 0; i < count; i++) {
            int entry = log.entry(i);
            int start = to.wire.length;
            boolean joined = append(log, entry, to);
            if (!joined) {
                to.beginCommandAt(start);
            }
            to.endCommand(log.offset(entry), log.database(entry), log.isClean(entry), joined);
        }
        view.forget();
        int start = to.wire.length;
        boolean joined = to.merger.appendSet(key, mark);
        if (!joined) {
            to.beginCommandAt(start);
        }
        int last = log.entry(count - 1);
        to.endCommand(log.offset(last), log.database(last), true, joined);
        to.wire.put(EXEC);
        to.unit(to.commandCount - first, 0);
    }

    private boolean append(SlotLog log, int entry, Batch to) {
        MergeKind kind = log.kind(entry);
        int start = log.start(entry);
        int end = log.end(entry);
        if (kind == MergeKind.NONE) {
            to.merger.close();
            to.wire.put(log.array(), start, end - start);
            return false;
        }
        parser.parse(log.array(), start, end, view);
        return to.merger.append(view, kind);
    }

    // ---- units that come back ----

    /// Takes a unit that a node discarded out of its batch, into one of its own.
    ///
    /// @param start the stream's offset before the unit
    static Batch takeOut(Batch from, int unit, long start) {
        int first = firstCommand(from, unit);
        int count = from.units[unit] & Batch.COUNT_MASK;
        Batch one = new Batch(Merger.Rules.NONE, 0, count);
        one.startOffset = start;
        for (int i = first; i < first + count; i++) {
            one.beginCommand();
            BatchSurgery.view(from, i).copyTo(one.wire);
            one.endCommand(
                    from.offsetBehind(i),
                    from.databaseBehind(i),
                    from.isClean(i),
                    from.isMerged(i));
        }
        one.endOffset = one.offsetBehind(count - 1);
        one.unit(count, from.units[unit] & Batch.PLAIN);
        one.unitOf(from.slots[unit], from.sources[unit]);
        one.sourceCommands = from.sources[unit];
        from.sourceCommands -= from.sources[unit];
        from.slots[unit] = Batch.TAKEN;
        return one;
    }

    /// Adds a unit that was taken out to another batch.
    static void putIn(Batch one, Batch to) {
        boolean transaction = (one.units[0] & Batch.PLAIN) == 0;
        if (transaction) {
            to.wire.put(MULTI);
        }
        int distance = to.wire.length;
        to.wire.put(one.wire.array, 0, one.wire.length);
        for (int i = 0; i < one.commandCount; i++) {
            to.beginCommandAt(one.commandStarts[i] + distance);
            to.endCommand(
                    one.offsetBehind(i), one.databaseBehind(i), one.isClean(i), one.isMerged(i));
        }
        if (transaction) {
            to.wire.put(EXEC);
        }
        to.unit(one.commandCount, one.units[0] & Batch.PLAIN);
        to.unitOf(one.slots[0], one.sources[0]);
        to.sourceCommands += one.sources[0];
    }

    /// The index of a unit's first command.
    static int firstCommand(Batch batch, int unit) {
        int first = 0;
        for (int i = 0; i < unit; i++) {
            first += batch.units[i] & Batch.COUNT_MASK;
        }
        return first;
    }
}
