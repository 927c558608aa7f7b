package io.syncline.engine.handover;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Commands of one slot that wait until an earlier owner's commands are in the target.
final class ParkedSlot {
    private static final int FIRST_BYTES = 256;

    final Since since;

    /// Where the ownership begins that the commands are of: behind what its copy ended with.
    final long begins;

    private final ByteBuilder wire = new ByteBuilder(FIRST_BYTES);
    private int[] databases = new int[4];
    private long[] arrivals = new long[4];
    private long[] ends = new long[4];
    private int count;

    /// The databases of the target in which the shard deleted all, at each FLUSHALL or FLUSHDB.
    private final List<IntPredicate> flushes = new ArrayList<>();

    /// Behind the last of these; -1 without any.
    private long flushed = -1;

    ParkedSlot(Since since) {
        this(since, since.offset());
    }

    ParkedSlot(Since since, long begins) {
        this.since = since;
        this.begins = begins;
    }

    /// The offset behind the last command that is held back.
    long end() {
        return Math.max(flushed, count == 0 ? since.offset() : ends[count - 1]);
    }

    /// @param offset behind the command
    /// @param database of the target
    /// @param arrivedMillis when the command arrived, which dates a relative expiry
    void add(long offset, CommandView view, int database, long arrivedMillis) {
        view.copyTo(wire);
        if (count == databases.length) {
            databases = Arrays.copyOf(databases, count * 2);
            arrivals = Arrays.copyOf(arrivals, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        databases[count] = database;
        arrivals[count] = arrivedMillis;
        ends[count] = offset;
        count++;
    }

    /// Forgets the deletions at the end.
    ///
    /// @param offset up to which commands are kept in any case
    void dropDeletionsBehind(long offset) {
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        int kept = 0;
        int keptBytes = 0;
        int at = 0;
        for (int i = 0; i < count; i++) {
            parser.parse(wire.array, at, wire.length, view);
            at = view.end;
            if (ends[i] <= offset
                    || !Departures.isDeletion(view, CommandTable.standard().find(view))) {
                kept = i + 1;
                keptBytes = at;
            }
        }
        count = kept;
        wire.length = keptBytes;
    }

    /// Forgets what the shard deleted again, and notes that the target must not keep it either.
    ///
    /// @param among databases of the target
    /// @param offset behind the command that deleted it
    void flush(IntPredicate among, long offset) {
        ParkedSlot kept = new ParkedSlot(since, begins);
        copy(kept, i -> !among.test(databases[i]));
        wire.clear();
        wire.put(kept.wire.array, 0, kept.wire.length);
        databases = kept.databases;
        arrivals = kept.arrivals;
        ends = kept.ends;
        count = kept.count;
        flushes.add(among);
        flushed = offset;
    }

    /// The databases in which the target's keys have to go before the commands are applied.
    List<IntPredicate> flushes() {
        return flushes;
    }

    int bytes() {
        return wire.length;
    }

    int count() {
        return count;
    }

    /// What is left of it behind a place; null for nothing.
    @Nullable ParkedSlot behind(long offset) {
        if (end() <= offset) {
            return null;
        }
        ParkedSlot rest = new ParkedSlot(new Since(offset, since.database()));
        copy(rest, i -> ends[i] > offset);
        if (flushed > offset) {
            rest.flushes.addAll(flushes);
            rest.flushed = flushed;
        }
        return rest;
    }

    private void copy(ParkedSlot into, IntPredicate which) {
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        int at = 0;
        for (int i = 0; i < count; i++) {
            parser.parse(wire.array, at, wire.length, view);
            at = view.end;
            if (which.test(i)) {
                into.add(ends[i], view, databases[i], arrivals[i]);
            }
        }
    }

    void replay(SlotGate.Sink sink) throws IOException, RewindException {
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        int at = 0;
        for (int i = 0; i < count; i++) {
            parser.parse(wire.array, at, wire.length, view);
            at = view.end;
            sink.write(databases[i], view, CommandTable.standard().find(view), arrivals[i]);
        }
    }
}
