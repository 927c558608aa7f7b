package io.syncline.engine.target;

import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandView;
import java.util.BitSet;

/// Appends commands to what waits of their slots, and waits until a slot has taken all of its.
final class Slotwise implements CoLocation.Writer {
    /// A large value's chunks that are one transaction: ten milliseconds of a node's time.
    private static final int CHUNKS_LIMIT_BYTES = 256 << 10;

    private final SlotBatches batches;
    private final ClusterLanes lanes;
    private final FloorKeeper floor;
    private final ClusterRefusals refusals;
    private final boolean markedSnapshot;
    private int chunkBytes;

    /// @param markedSnapshot whether a snapshot's writes are units with marks, too
    Slotwise(
            SlotBatches batches,
            ClusterLanes lanes,
            FloorKeeper floor,
            ClusterRefusals refusals,
            boolean markedSnapshot) {
        this.markedSnapshot = markedSnapshot;
        this.batches = batches;
        this.lanes = lanes;
        this.floor = floor;
        this.refusals = refusals;
    }

    void append(int slot, CommandView command, CommandSpec spec, Place behind) {
        // A snapshot is written from its beginning, whatever marks say.
        if (batches.isStreaming() && batches.isApplied(slot, behind.offset)) {
            return;
        }
        if (batches.isStreaming() || markedSnapshot) {
            batches.append(slot, command, spec, behind);
            return;
        }
        Batch to = batches.ofSnapshot().open(slot, lanes.laneOf(slot));
        int start = to.wire.length;
        boolean joined = to.merger.append(command, spec);
        if (!joined) {
            to.beginCommandAt(start);
        }
        to.endCommand(behind.offset, behind.database, behind.clean, joined);
        batches.grownSnapshot(to, command.length());
    }

    @Override
    public void append(int slot, CommandView part, Place behind) {
        append(slot, part, CommandTable.standard().find(part), behind);
    }

    @Override
    public void settle(BitSet slots) throws RewindException {
        check();
        while (!batches.isSettled(slots)) {
            lanes.sendReady();
            lanes.awaitAnswers();
            check();
        }
    }

    private void check() throws RewindException {
        floor.check();
        lanes.check();
        refusals.takeAnswered();
    }

    @Override
    public void refuse(Refusal refusal) {
        refusals.refuse(refusal);
    }

    /// A chunk of a large value was written.
    void chunk(int slot, int bytes) throws RewindException {
        chunkBytes += bytes;
        if (chunkBytes >= CHUNKS_LIMIT_BYTES) {
            chunkBytes = 0;
            settle(CoLocation.only(slot));
        }
    }
}
