package io.syncline.engine.handover;

import io.syncline.engine.cluster.ClusterMap;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;

/// How far a pipeline has applied each slot, and what that says of ownerships that ended. Belongs
/// to the applier.
final class Reach {
    private final SlotLedger ledger;
    private final int pipeline;
    private final AtomicBoolean news;

    /// Of each slot, behind the last command that was applied.
    private final long[] applied = new long[ClusterMap.SLOTS];

    Reach(SlotLedger ledger, int pipeline) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        news = ledger.news(pipeline);
        clear();
    }

    void clear() {
        Arrays.fill(applied, -1);
    }

    void note(int slot, long offset) {
        applied[slot] = offset;
    }

    /// Whether a command of a slot that is held is of a later ownership.
    ///
    /// @param offset behind it
    boolean isOfLaterOwnership(int slot, long offset) {
        if (!news.get()) {
            return false;
        }
        Tenure ended = ledger.ended(pipeline, slot);
        return ended != null && offset > ended.end();
    }

    /// Whether what the target holds of a slot was the shard's at a place of its stream.
    ///
    /// @param offset behind a command of the whole shard
    boolean covers(int slot, long offset) {
        Tenure ended = ledger.ended(pipeline, slot);
        if (ended == null) {
            return true;
        }
        // Keys that a job has copied stay, as the new owner's. Behind a move by MIGRATE there are
        // none, unless the slot came back unseen.
        return ended.exported()
                ? offset <= ended.confirmed()
                : offset <= ended.end() || applied[slot] > ended.end();
    }

    /// The slots held that can be given up at a place of the stream.
    BitSet lostBefore(long offset) {
        BitSet lost = ledger.lostBefore(pipeline, offset);
        for (int slot = lost.nextSetBit(0); slot >= 0; slot = lost.nextSetBit(slot + 1)) {
            if (ledger.joins(pipeline, slot, applied[slot])) {
                lost.clear(slot);
            }
        }
        return lost;
    }
}
