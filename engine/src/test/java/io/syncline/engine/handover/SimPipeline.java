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
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One pipeline of a simulated process: its applier, and the monitor that asks its node, whose
/// answers may take their time.
final class SimPipeline {
    private final SimShard shard;
    private final SlotLedger ledger;
    private final List<String> story;
    private final int number;
    private final BitSet owned;
    private final SimTarget target;
    private final SimWriter writer;
    private final SlotGate gate;
    private final @Nullable JobTimes jobs;
    private final Runnable meanwhile;
    private final LongSupplier clock;
    private final Random random;
    private final Place place = new Place();
    private int next;
    private @Nullable Runnable answer;

    /// Whether it has no position and copies a snapshot.
    private boolean copying;

    /// The snapshot that it has got; null for none yet.
    private @Nullable Map<String, String> image;

    /// Whether its node was asked for its slots when that had come.
    private boolean asked;

    private boolean fresh;

    SimPipeline(
            int number,
            SimShard shard,
            SlotLedger ledger,
            SimTarget target,
            Random random,
            boolean byJob,
            Runnable meanwhile,
            LongSupplier clock,
            List<String> story) {
        this.story = story;
        this.jobs = byJob ? new JobTimes() : null;
        this.meanwhile = meanwhile;
        this.clock = clock;
        this.random = random;
        this.number = number;
        this.shard = shard;
        this.ledger = ledger;
        owned = new BitSet();
        this.target = target;
        this.writer = new SimWriter(target, number, owned, random);
        ledger.join(number, () -> {}, () -> {});
        gate =
                new SlotGate(
                        new GateSettings(
                                ledger,
                                number,
                                writer,
                                owned,
                                jobs,
                                database -> true,
                                this::await,
                                () -> {}));
    }

    private boolean await() {
        meanwhile.run();
        monitor();
        return true;
    }

    /// Says what it holds.
    ///
    /// @param lost whether its position counts as lost
    void start(@Nullable Long checkpoint, boolean lost) {
        fresh = target.taken.add(number);
        if (checkpoint == null || lost) {
            copyAgain();
            return;
        }
        Since since = gate.resume(checkpoint, () -> shard.owned);
        long from = since == null ? checkpoint : Math.min(checkpoint, since.offset());
        while (place.offset < from) {
            place.offset += shard.stream.get(next++).length;
        }
        copying = from < shard.remembered;
    }

    private void copyAgain() {
        gate.reset();
        copying = true;
        image = null;
    }

    /// The source does not remember what was not read yet.
    void lose() {
        if (!copying) {
            story.add("pipeline " + number + " has a gap at " + place.offset);
            if (!gate.isPassed(place)) {
                writer.checkpoint(place);
            }
            writer.drain();
            shard.remembered = shard.offset;
            copying = true;
        }
    }

    /// A step of a snapshot: its making, and its way into the target.
    private void copy() throws RewindException {
        if (image == null) {
            if (!shard.isImporting()) {
                image = new TreeMap<>(shard.data);
                asked = false;
                next = shard.stream.size();
                place.offset = shard.offset;
                story.add("pipeline " + number + " gets a snapshot of " + place.offset);
            }
            return;
        }
        if (!asked || gate.snapshot().isOutdated()) {
            asked = true;
            gate.snapshot().expect(shard.owned);
        }
        if (!gate.snapshot().take()) {
            return;
        }
        BitSet slots = (BitSet) owned.clone();
        if (gate.snapshot().hasMovedSince(place.offset)
                || image.keySet().stream().anyMatch(key -> !slots.get(SimShard.slot(key)))) {
            story.add("pipeline " + number + " has a snapshot from amid a move");
            image = null;
            return;
        }
        writer.beginSnapshot();
        Map<String, String> whole = image;
        if (!fresh || gate.snapshot().meetsOthers()) {
            target.data
                    .keySet()
                    .removeIf(key -> slots.get(SimShard.slot(key)) && !whole.containsKey(key));
        }
        target.data.putAll(whole);
        fresh = false;
        story.add("pipeline " + number + " has copied " + whole + " at " + place.offset);
        gate.noteSnapshot(place);
        writer.drain();
        writer.begins(place.offset);
        copying = false;
        image = null;
    }

    /// Whether it has taken over a slot.
    boolean holds(int slot) {
        return owned.get(slot) && gate.heldFrom() == Long.MAX_VALUE;
    }

    boolean isCopying() {
        return copying;
    }

    boolean isBehind() {
        return copying
                || next < shard.stream.size()
                || gate.heldFrom() != Long.MAX_VALUE
                || !ledger.granted(number).isEmpty();
    }

    @Override
    public String toString() {
        return number
                + (copying ? " copying at " : " at ")
                + place.offset
                + " of "
                + shard.offset
                + " from "
                + gate.heldFrom();
    }

    /// Reads one command.
    void read() throws IOException, RewindException {
        if (copying) {
            copy();
            return;
        }
        if (next == shard.stream.size()) {
            return;
        }
        byte[] bytes = shard.stream.get(next++);
        CommandView view = new CommandView();
        new CommandParser().parse(bytes, 0, bytes.length, view);
        place.start = place.offset;
        place.offset += bytes.length;
        CommandSpec spec = CommandTable.standard().find(view);
        if (spec.kind() == CommandKind.FLUSHALL) {
            flush(view, spec);
        } else if (spec.kind() == CommandKind.CONTROL) {
            gate.control(view, place);
        } else if (gate.admits(view, spec, 0, place, () -> 0, this::write)) {
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
        if (copying) {
            return;
        }
        try {
            gate.look(place, this::write);
        } catch (RewindException e) {
            story.add("pipeline " + number + " begins anew: " + e.missing());
            copyAgain();
        }
    }

    void flush() {
        if (copying) {
            return;
        }
        if (random.nextBoolean()) {
            writer.flush(place);
            return;
        }
        if (!gate.isPassed(place)) {
            writer.checkpoint(place);
        }
        writer.drain();
    }

    void firstLook() {
        if (jobs != null || random.nextBoolean()) {
            monitor();
            monitor();
        }
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
                new Sighting(offset, shard.owned, shard.importing, shard.exported(), empty, offset);
        long ended = shard.jobSeconds;
        long now = clock.getAsLong();
        shard.asked = now;
        answer =
                () -> {
                    story.add("node of " + number + " said " + sighting);
                    ledger.observed(number, sighting);
                    shard.heard = now;
                    if (jobs != null) {
                        jobs.seen(ended);
                    }
                };
    }
}
