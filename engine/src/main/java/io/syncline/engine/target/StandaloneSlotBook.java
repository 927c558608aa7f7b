package io.syncline.engine.target;

import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The note is a key like any other of ours: it is written in the batch, so that it and the data
/// can never disagree.
final class StandaloneSlotBook implements SlotBook {
    private final SlotNotes notes;
    private final Appender appender;
    private final Cleaner cleaner;

    /// Appends a SET of one of our own keys.
    @FunctionalInterface
    interface Appender {
        void set(byte[] key, byte[] value, Place behind) throws RewindException;
    }

    /// Deletes what some databases hold of some slots.
    @FunctionalInterface
    interface Cleaner {
        void clear(IntPredicate databases, IntPredicate slots);
    }

    StandaloneSlotBook(SlotNotes notes, Appender appender, Cleaner cleaner) {
        this.notes = notes;
        this.appender = appender;
        this.cleaner = cleaner;
    }

    @Override
    public void write(byte[] note, Place behind) throws RewindException {
        appender.set(notes.key(), note, behind);
    }

    @Override
    public byte @Nullable [] read() {
        return notes.read();
    }

    @Override
    public void expect(BitSet slots) {
        // The one checkpoint says it all.
    }

    @Override
    public boolean isApplied(int slot, long offset) {
        return false;
    }

    @Override
    public void clear(IntPredicate databases, IntPredicate slots) {
        cleaner.clear(databases, slots);
    }
}
