package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Merger;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.Arrays;

/// Changes to a batch that the target refused, before it is sent again: take one command out, cut
/// it off before one, or undo a merge. Rare, so it favours plainness over speed.
///
/// Knows the layout of a transaction's wire: guard, MULTI, commands, EXEC. Each command inside,
/// SELECTs and the checkpoint's SET included, has an entry in the batch.
final class BatchSurgery {
    private BatchSurgery() {}

    /// Reads one command of a batch.
    static CommandView view(Batch batch, int command) {
        CommandView view = new CommandView();
        int from = batch.commandStarts[command];
        if (!new CommandParser().parse(batch.wire.array, from, batch.wire.length, view)) {
            throw new IllegalStateException("a batch holds an incomplete command");
        }
        return view;
    }

    /// A copy of a batch of a snapshot, for a lane's listener to keep.
    static Batch copy(Batch batch) {
        Batch copy = new Batch(Merger.Rules.NONE, batch.wire.length, batch.commandCount);
        copy.repeatable = batch.repeatable;
        copy.startOffset = batch.startOffset;
        copy.wire.put(batch.wire.array, 0, batch.wire.length);
        copy.commandCount = batch.commandCount;
        System.arraycopy(batch.commandStarts, 0, copy.commandStarts, 0, batch.commandCount);
        System.arraycopy(batch.commandEnds, 0, copy.commandEnds, 0, batch.commandCount);
        return copy;
    }

    /// Reads a command from bytes of its own.
    static CommandView parse(byte[] command) {
        CommandView view = new CommandView();
        if (!new CommandParser().parse(command, 0, command.length, view)) {
            throw new IllegalStateException("an incomplete command was kept");
        }
        return view;
    }

    /// The database that a command of a batch runs in, at the target.
    static int databaseOf(Batch batch, int command, int initial) {
        int database = initial;
        for (int i = 0; i < command; i++) {
            CommandView view = view(batch, i);
            if (view.argumentCount == 2 && view.isWord(0, "SELECT")) {
                database = Integer.parseInt(view.text(1));
            }
        }
        return database;
    }

    /// Takes one command out.
    static void remove(Batch batch, int command) {
        int from = batch.commandStarts[command];
        splice(batch, from, view(batch, command).end, new ByteBuilder(0));
        int rest = batch.commandCount - command - 1;
        System.arraycopy(batch.commandStarts, command + 1, batch.commandStarts, command, rest);
        System.arraycopy(batch.commandEnds, command + 1, batch.commandEnds, command, rest);
        batch.commandCount--;
        batch.units[0]--;
    }

    /// Puts single commands in the place of one that was made by merging.
    static void unmerge(Batch batch, int command) {
        CommandView view = view(batch, command);
        boolean sameKey = !isKeyList(view) && !view.isWord(0, "MSET");
        int first = sameKey ? 2 : 1;
        int step = sameKey ? stepOf(view) : view.isWord(0, "MSET") ? 2 : 1;
        ByteBuilder singles = new ByteBuilder(view.length() + 256);
        int count = (view.argumentCount - first) / step;
        int[] starts = new int[count];
        for (int i = 0; i < count; i++) {
            starts[i] = batch.commandStarts[command] + singles.length;
            RespWriter.array(singles, first + step);
            RespWriter.bulk(singles, view.isWord(0, "MSET") ? "SET" : view.text(0));
            if (sameKey) {
                RespWriter.bulk(singles, view.argument(1));
            }
            for (int j = 0; j < step; j++) {
                RespWriter.bulk(singles, view.argument(first + i * step + j));
            }
        }
        splice(batch, batch.commandStarts[command], view.end, singles);
        insertEntries(batch, command, starts);
    }

    private static boolean isKeyList(CommandView view) {
        return view.isWord(0, "DEL") || view.isWord(0, "UNLINK");
    }

    private static int stepOf(CommandView view) {
        return view.isWord(0, "HSET") || view.isWord(0, "HMSET") || view.isWord(0, "ZADD") ? 2 : 1;
    }

    private static void insertEntries(Batch batch, int command, int[] starts) {
        int more = starts.length - 1;
        room(batch, command + 1, more);
        // Of a merged run only the place behind its last command is known as a boundary.
        long end = batch.commandEnds[command] & ~(long) Batch.MERGED;
        for (int i = 0; i < starts.length; i++) {
            batch.commandStarts[command + i] = starts[i];
            batch.commandEnds[command + i] = i < more ? end & ~(long) Batch.CLEAN : end;
        }
        batch.units[0] += more;
    }

    /// Cuts a batch off before a command, at the last place where a checkpoint may stand, and lets
    /// its checkpoint say that place. Records of refusals and the checkpoint stay.
    ///
    /// @param initial the database that the batch begins and ends in, at the target
    /// @return whether any command of the stream is left
    static boolean cutBefore(Batch batch, int command, int initial) {
        int keep = command;
        while (keep > 0 && !batch.isClean(keep - 1)) {
            keep--;
        }
        if (keep == 0) {
            return false;
        }
        batch.endOffset = batch.offsetBehind(keep - 1);
        int database = batch.databaseBehind(keep - 1);
        int tail = batch.records + 1;
        while (batch.commandCount - tail > keep) {
            remove(batch, batch.commandCount - tail - 1);
        }
        if (databaseOf(batch, keep, initial) != initial) {
            insertSelect(batch, keep, initial);
        }
        byte[] wire = batch.wire.array;
        int at = batch.valueAt;
        Checkpoint.putDigits(
                wire, at + Checkpoint.OFFSET_AT, Checkpoint.OFFSET_WIDTH, batch.endOffset);
        Checkpoint.putDigits(
                wire, at + Checkpoint.DATABASE_AT, Checkpoint.DATABASE_WIDTH, database);
        return true;
    }

    private static void insertSelect(Batch batch, int command, int database) {
        ByteBuilder select = new ByteBuilder(32);
        RespWriter.command(select, "SELECT", Integer.toString(database));
        int at = batch.commandStarts[command];
        long end = batch.commandEnds[command - 1] & ~(long) (Batch.CLEAN | Batch.MERGED);
        splice(batch, at, at, select);
        room(batch, command, 1);
        batch.commandStarts[command] = at;
        batch.commandEnds[command] = end;
        batch.units[0]++;
    }

    /// Makes room for entries at `command`.
    private static void room(Batch batch, int command, int more) {
        int count = batch.commandCount;
        if (count + more > batch.commandStarts.length) {
            batch.commandStarts = Arrays.copyOf(batch.commandStarts, count + more);
            batch.commandEnds = Arrays.copyOf(batch.commandEnds, count + more);
        }
        int rest = count - command;
        System.arraycopy(batch.commandStarts, command, batch.commandStarts, command + more, rest);
        System.arraycopy(batch.commandEnds, command, batch.commandEnds, command + more, rest);
        batch.commandCount += more;
    }

    /// Replaces the bytes `[from, to)` of the wire and moves every place behind them.
    private static void splice(Batch batch, int from, int to, ByteBuilder by) {
        int distance = by.length - (to - from);
        batch.wire.ensure(Math.max(0, distance));
        byte[] wire = batch.wire.array;
        System.arraycopy(wire, to, wire, from + by.length, batch.wire.length - to);
        System.arraycopy(by.array, 0, wire, from, by.length);
        batch.wire.length += distance;
        for (int i = 0; i < batch.commandCount; i++) {
            if (batch.commandStarts[i] >= to) {
                batch.commandStarts[i] += distance;
            }
        }
        if (batch.valueAt >= to) {
            batch.valueAt += distance;
        }
    }
}
