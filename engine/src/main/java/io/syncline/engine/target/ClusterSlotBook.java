package io.syncline.engine.target;

import java.io.IOException;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The note stands at the node of the floor, and is written behind the data: should the process die
/// in between, the slots' marks tell what is in the target.
final class ClusterSlotBook implements SlotBook {
    private final SlotNotes notes;
    private final ClusterWriter writer;
    private final FloorKeeper floor;
    private final SlotBatches batches;
    private final ClusterBarrier barrier;

    /// Keys of one slot of the source may be in any of ours: no mark tells of that slot's commands.
    private final boolean spread;

    private BitSet expected = new BitSet();

    ClusterSlotBook(
            WriterSettings settings,
            TargetDialer dialer,
            ClusterWriter writer,
            FloorKeeper floor,
            SlotBatches batches,
            ClusterBarrier barrier) {
        this.notes = SlotNotes.inCluster(settings, dialer);
        this.writer = writer;
        this.floor = floor;
        this.batches = batches;
        this.barrier = barrier;
        this.spread = settings.isSpread();
    }

    @Override
    public void write(byte[] note, Place behind) throws RewindException {
        writer.drain();
        notes.write(note, floor.generation());
    }

    @Override
    public byte @Nullable [] read() {
        return notes.read();
    }

    @Override
    public void expect(BitSet slots) {
        expected = (BitSet) slots.clone();
    }

    /// The slots whose marks count.
    ///
    /// @param slots that the pipeline applies
    BitSet marked(BitSet slots) {
        BitSet marked = (BitSet) slots.clone();
        marked.or(expected);
        return marked;
    }

    /// The slots of which nothing was held back, so that all before the floor is in the target.
    ///
    /// @param slots that the pipeline applies
    BitSet whole(BitSet slots) {
        BitSet whole = (BitSet) slots.clone();
        whole.andNot(expected);
        return whole;
    }

    @Override
    public boolean isApplied(int slot, long offset) throws RewindException {
        if (spread && batches.marks().reachesBeyond(offset - 1)) {
            throw new RewindException(null);
        }
        return !spread && batches.isApplied(slot, offset);
    }

    @Override
    public void clear(IntPredicate databases, IntPredicate slots) throws IOException {
        if (databases.test(0)) {
            barrier.deleteKeys(slots, slot -> true);
        }
    }
}
