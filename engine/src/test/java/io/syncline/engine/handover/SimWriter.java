package io.syncline.engine.handover;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.Refusal;
import io.syncline.engine.target.SlotBook;
import io.syncline.engine.target.TargetWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A pipeline's way into the [SimTarget]: one batch, applied with its note and checkpoint or not at
/// all, as to a standalone target; or, to a cluster, one for each slot, with the slot's mark and a
/// note behind them.
final class SimWriter implements TargetWriter, SlotBook {
    private static final int SELDOM = 40;

    private final SimTarget target;
    private final int pipeline;
    private final BitSet owned;
    private final Random random;
    private final List<Write> batch = new ArrayList<>();
    private final Map<Integer, Long> found = new HashMap<>();
    private long offset;

    /// @param slot it is of; negative for a note
    private record Write(int slot, long offset, Runnable what) {}

    /// The process dies.
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    SimWriter(SimTarget target, int pipeline, BitSet owned, Random random) {
        this.target = target;
        this.pipeline = pipeline;
        this.owned = owned;
        this.random = random;
        this.offset = target.checkpoints.getOrDefault(pipeline, -1L);
    }

    @Override
    public void append(int database, CommandView command, CommandSpec spec, Place behind) {
        String key = command.text(1);
        int slot = SimShard.slot(key);
        offset = behind.offset;
        if (isApplied(slot, behind.offset)) {
            return;
        }
        Runnable what =
                switch (command.text(0)) {
                    case "APPEND" -> {
                        String text = command.text(2);
                        yield () -> target.data.merge(key, text, String::concat);
                    }
                    case "DEL", "UNLINK" -> () -> target.data.remove(key);
                    case "RESTORE-ASKING" -> {
                        String value = command.text(3);
                        yield () -> target.data.put(key, value);
                    }
                    default -> throw new IllegalArgumentException(command.text(0));
                };
        batch.add(new Write(slot, behind.offset, what));
    }

    @Override
    public void write(byte[] note, Place behind) {
        byte[] copy = note.clone();
        Runnable what = () -> target.notes.put(pipeline, copy);
        if (target.marks == null) {
            batch.add(new Write(-1, behind.offset, what));
        } else {
            drain();
            what.run();
        }
    }

    @Override
    public byte @Nullable [] read() {
        return target.notes.get(pipeline);
    }

    @Override
    public void checkpoint(Place place) {
        offset = place.offset;
    }

    @Override
    public void drain() {
        int draw = target.mortal ? random.nextInt(SELDOM) : SELDOM;
        Map<Integer, Map<Integer, Long>> marks = target.marks;
        if (draw == 0) {
            if (marks != null) {
                BitSet some = BitSet.valueOf(new long[] {random.nextLong(8)});
                List<Integer> slots = batch.stream().map(Write::slot).distinct().toList();
                batch.removeIf(write -> !some.get(slots.indexOf(write.slot)));
                apply();
            }
            throw new Death();
        }
        apply();
        if (offset >= 0) {
            target.checkpoints.put(pipeline, offset);
        }
        if (draw == 1) {
            throw new Death();
        }
    }

    private void apply() {
        for (Write write : batch) {
            write.what.run();
            if (target.marks != null && write.slot >= 0) {
                target.marks
                        .computeIfAbsent(pipeline, key -> new HashMap<>())
                        .merge(write.slot, write.offset, Math::max);
            }
        }
        batch.clear();
    }

    @Override
    public void beginSnapshot() {
        batch.clear();
        found.clear();
        offset = -1;
        target.checkpoints.remove(pipeline);
        if (target.marks != null) {
            target.marks.remove(pipeline);
        }
        if (target.mortal && random.nextInt(SELDOM) == 0) {
            throw new Death();
        }
    }

    /// A snapshot is in the target: offsets begin anew.
    void begins(long from) {
        target.checkpoints.put(pipeline, from);
        offset = from;
    }

    @Override
    public void flush(Place place) {
        if (target.marks != null) {
            apply();
        } else if (place.clean) {
            drain();
        }
    }

    @Override
    public SlotBook slots() {
        return this;
    }

    @Override
    public void expect(BitSet slots) {
        if (target.marks != null) {
            BitSet marked = (BitSet) owned.clone();
            marked.or(slots);
            found.clear();
            target.marks
                    .getOrDefault(pipeline, Map.of())
                    .forEach((slot, mark) -> {
                        if (marked.get(slot)) {
                            found.put(slot, mark);
                        }
                    });
        }
    }

    @Override
    public boolean isApplied(int slot, long behind) {
        return behind <= found.getOrDefault(slot, -1L);
    }

    @Override
    public void clear(IntPredicate databases, IntPredicate slots) {
        if (databases.test(0)) {
            target.data
                    .keySet()
                    .removeIf(
                            key -> owned.get(SimShard.slot(key)) && slots.test(SimShard.slot(key)));
        }
    }

    @Override
    public void flushDatabases(
            int database, CommandView command, CommandSpec spec, IntPredicate slots, Place behind) {
        offset = behind.offset - command.length();
        drain();
        clear(each -> true, slot -> slots.test(slot) && !isApplied(slot, behind.offset));
        offset = behind.offset;
        target.checkpoints.put(pipeline, offset);
    }

    @Override
    public void endTransaction(Place behind) {
        offset = behind.offset;
    }

    @Override
    public String place() {
        return "simulated target";
    }

    // ---- what a gate does not use ----

    @Override
    public @Nullable Checkpoint takeOver(long first) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void beginStreaming(Place from, boolean fresh) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable ByteBuilder open(
            int database, CommandView command, CommandSpec spec, Place behind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ByteBuilder open(int database, ByteSlice key, boolean repeatable, Place behind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close(int commands, Place behind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void broadcast(int database, CommandView command, CommandSpec spec, Place behind) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void check() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isIdle() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void record(Refusal refusal) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long appliedOffset() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long appliedCommands() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long appliedBytes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void abort() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
