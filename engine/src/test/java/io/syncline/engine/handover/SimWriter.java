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
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A pipeline's way into the [SimTarget]: one batch, applied with its note and checkpoint or not at
/// all, as to a standalone target.
final class SimWriter implements TargetWriter, SlotBook {
    private static final int SELDOM = 40;

    private final SimTarget target;
    private final int pipeline;
    private final BitSet owned;
    private final Random random;
    private final List<Runnable> batch = new ArrayList<>();
    private long offset;

    /// The process dies.
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    SimWriter(SimTarget target, int pipeline, BitSet owned, Random random) {
        this.target = target;
        this.pipeline = pipeline;
        this.owned = owned;
        this.random = random;
        this.offset = target.checkpoints.getOrDefault(pipeline, 0L);
    }

    @Override
    public void append(int database, CommandView command, CommandSpec spec, Place behind) {
        String key = command.text(1);
        switch (command.text(0)) {
            case "APPEND" -> {
                String text = command.text(2);
                batch.add(() -> target.data.merge(key, text, String::concat));
            }
            case "DEL" -> batch.add(() -> target.data.remove(key));
            case "RESTORE-ASKING" -> {
                String value = command.text(3);
                batch.add(() -> target.data.put(key, value));
            }
            default -> throw new IllegalArgumentException(command.text(0));
        }
        offset = behind.offset;
    }

    @Override
    public void write(byte[] note, Place behind) {
        byte[] copy = note.clone();
        batch.add(() -> target.notes.put(pipeline, copy));
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
        int draw = random.nextInt(SELDOM);
        if (draw == 0) {
            throw new Death();
        }
        batch.forEach(Runnable::run);
        batch.clear();
        target.checkpoints.put(pipeline, offset);
        if (draw == 1) {
            throw new Death();
        }
    }

    @Override
    public void flush(Place place) {
        if (place.clean) {
            drain();
        }
    }

    @Override
    public SlotBook slots() {
        return this;
    }

    @Override
    public void expect(BitSet slots) {
        // The one checkpoint says it all.
    }

    @Override
    public boolean isApplied(int slot, long behind) {
        return false;
    }

    @Override
    public void clear(IntPredicate databases, IntPredicate slots) {
        target.data
                .keySet()
                .removeIf(key -> owned.get(SimShard.slot(key)) && slots.test(SimShard.slot(key)));
    }

    @Override
    public void flushDatabases(
            int database, CommandView command, CommandSpec spec, IntPredicate slots, Place behind) {
        offset = behind.offset - command.length();
        drain();
        clear(each -> true, slots);
        offset = behind.offset;
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
    public void beginSnapshot() {
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
