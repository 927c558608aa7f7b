package io.syncline.engine.handover;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Commands of one slot that wait until an earlier owner's commands are in the target.
final class ParkedSlot {
    private static final int FIRST_BYTES = 256;

    final Since since;
    private final ByteBuilder wire = new ByteBuilder(FIRST_BYTES);
    private int[] databases = new int[4];
    private long[] arrivals = new long[4];
    private long[] ends = new long[4];
    private int count;

    ParkedSlot(Since since) {
        this.since = since;
    }

    /// The offset behind the last command that is held back.
    long end() {
        return count == 0 ? since.offset() : ends[count - 1];
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
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        ParkedSlot rest = new ParkedSlot(new Since(offset, since.database()));
        int at = 0;
        for (int i = 0; i < count; i++) {
            parser.parse(wire.array, at, wire.length, view);
            at = view.end;
            if (ends[i] > offset) {
                rest.add(ends[i], view, databases[i], arrivals[i]);
            }
        }
        return rest;
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
