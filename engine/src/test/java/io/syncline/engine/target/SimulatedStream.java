package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A stream of commands on few keys in few slots, with transactions and changes of the database,
/// drawn at random.
final class SimulatedStream {
    private final Random random;
    private final List<Event> events = new ArrayList<>();

    SimulatedStream(Random random, long start, int commands) {
        this.random = random;
        make(start, commands);
    }

    /// One command of the stream.
    ///
    /// @param start where it begins in the stream
    /// @param slot -1 for MULTI, EXEC and SELECT
    record Event(
            long start,
            long end,
            int slot,
            String key,
            String value,
            boolean append,
            boolean clean,
            int database) {}

    private void make(long start, int commands) {
        long offset = start;
        int database = 0;
        boolean clean = true;
        for (int i = 0; i < commands; i++) {
            if (clean && random.nextInt(10) == 0) {
                database = random.nextInt(3);
                offset = add(offset, -1, clean, database);
            }
            if (random.nextInt(8) == 0) {
                clean = !clean;
                offset = add(offset, -1, clean, database);
            }
            offset = add(offset, random.nextInt(SimulatedCluster.SLOTS), clean, database);
        }
        if (!clean) {
            add(offset, -1, true, database);
        }
    }

    private long add(long start, int slot, boolean clean, int database) {
        long end = start + 1 + random.nextInt(50);
        String key = slot < 0 ? "" : random.nextInt(3) + "{" + Slots.tag(slot) + "}";
        String value = events.size() + ".";
        events.add(new Event(start, end, slot, key, value, random.nextBoolean(), clean, database));
        return end;
    }

    /// What its commands make of nothing.
    Map<String, String> result() {
        Map<String, String> expected = new HashMap<>();
        for (Event event : events) {
            if (event.slot >= 0) {
                expected.merge(event.key, event.value, event.append ? String::concat : (a, b) -> b);
            }
        }
        return expected;
    }

    List<Event> events() {
        return events;
    }

    static CommandView command(Event event) {
        ByteBuilder text = new ByteBuilder(64);
        RespWriter.command(text, event.append ? "APPEND" : "SET", event.key, event.value);
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        return view;
    }
}
