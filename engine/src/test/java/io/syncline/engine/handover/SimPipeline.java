package io.syncline.engine.handover;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// One pipeline of a simulated process: its applier, and the monitor that asks its node, whose
/// answers may take their time.
final class SimPipeline {
    private final SimShard shard;
    private final SlotLedger ledger;
    private final List<String> story;
    private final int number;
    private final SimWriter writer;
    private final SlotGate gate;
    private final Place place = new Place();
    private int next;
    private @Nullable Runnable answer;

    SimPipeline(
            int number,
            SimShard shard,
            SlotLedger ledger,
            SimTarget target,
            Random random,
            List<String> story) {
        this.story = story;
        this.number = number;
        this.shard = shard;
        this.ledger = ledger;
        BitSet owned = new BitSet();
        this.writer = new SimWriter(target, number, owned, random);
        ledger.join(number, () -> {}, () -> {});
        gate =
                new SlotGate(
                        new GateSettings(
                                ledger, number, writer, owned, null, () -> true, () -> {}));
    }

    /// Says what it holds.
    void start(@Nullable Long checkpoint) {
        if (checkpoint == null) {
            gate.reset();
            return;
        }
        Since since = gate.resume(checkpoint, () -> shard.owned);
        long from = since == null ? checkpoint : Math.min(checkpoint, since.offset());
        while (place.offset < from) {
            place.offset += shard.stream.get(next++).length;
        }
    }

    /// Copies an empty snapshot.
    void copy() throws RewindException {
        gate.beginSnapshot(shard.owned);
        gate.noteSnapshot(place);
        writer.drain();
    }

    boolean isBehind() {
        return next < shard.stream.size() || gate.heldFrom() != Long.MAX_VALUE;
    }

    @Override
    public String toString() {
        return number + " at " + place.offset + " of " + shard.offset + " from " + gate.heldFrom();
    }

    /// Reads one command.
    void read() throws IOException, RewindException {
        if (next == shard.stream.size()) {
            return;
        }
        byte[] bytes = shard.stream.get(next++);
        CommandView view = new CommandView();
        new CommandParser().parse(bytes, 0, bytes.length, view);
        place.offset += bytes.length;
        CommandSpec spec = CommandTable.standard().find(view);
        if (spec.kind() == CommandKind.FLUSHALL) {
            flush(view, spec);
        } else if (spec.kind() != CommandKind.CONTROL
                && gate.admits(view, spec, 0, place, () -> 0, this::write)) {
            write(0, view, spec, 0);
        }
    }

    private void flush(CommandView view, CommandSpec spec) throws RewindException {
        IntPredicate slots = gate.flushed(database -> true, place);
        if (!gate.isPassed(place)) {
            story.add("pipeline " + number + " applies FLUSHALL at " + place.offset);
            writer.flushDatabases(0, view, spec, slots, place);
        }
    }

    private void write(int database, CommandView view, CommandSpec spec, long arrivedMillis) {
        story.add(
                "pipeline "
                        + number
                        + " applies "
                        + view.text(0)
                        + " "
                        + view.text(1)
                        + " at "
                        + place.offset);
        writer.append(database, view, spec, place);
    }

    void look() throws IOException, RewindException {
        gate.look(place, this::write);
    }

    void flush() {
        if (!gate.isPassed(place)) {
            writer.checkpoint(place);
        }
        writer.drain();
    }

    /// The monitor asks, or hears the answer to what it asked.
    void monitor() {
        Runnable heard = answer;
        if (heard != null) {
            answer = null;
            heard.run();
            return;
        }
        long offset = shard.offset;
        BitSet empty = ledger.doubtful(number, Integer.MAX_VALUE);
        empty.andNot(shard.slotsWithKeys());
        Sighting sighting =
                new Sighting(offset, shard.owned, shard.importing, new BitSet(), empty, offset);
        answer =
                () -> {
                    story.add("node of " + number + " said " + sighting);
                    ledger.observed(number, sighting);
                };
    }
}
