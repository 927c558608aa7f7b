package io.syncline.engine.handover;

import io.syncline.engine.target.RewindException;
import java.util.BitSet;
import java.util.function.Supplier;

/// Waits until a snapshot of a shard can be applied. Belongs to the applier.
public final class SnapshotTurn {
    private final GateSettings settings;
    private final Snapshots snapshots;
    private final int pipeline;
    private final Runnable forget;

    /// Slots of the snapshot, and how often the node must have been asked to have confirmed them.
    private BitSet expected = new BitSet();

    private long looks;

    /// The last change of owners that was seen before these looks.
    private long change;

    /// @param forget what was held back
    SnapshotTurn(GateSettings settings, Runnable forget) {
        this.settings = settings;
        this.forget = forget;
        snapshots = settings.ledger().snapshots();
        pipeline = settings.pipeline();
    }

    /// Before a snapshot is applied: waits until no other pipeline writes to the shard's slots.
    ///
    /// @param ask for the slots of the shard now; what has left it meanwhile is not waited for
    /// @return false when the link stops
    public boolean begin(Supplier<BitSet> ask) throws RewindException {
        expect(ask.get());
        while (!take()) {
            if (isOutdated()) {
                expect(ask.get());
            } else if (!settings.patience().await()) {
                return false;
            }
        }
        return true;
    }

    /// A snapshot is about to be applied: what was held back is of the past.
    ///
    /// @param present the slots of the shard now
    void expect(BitSet present) {
        forget.run();
        expected = (BitSet) present.clone();
        askAnew();
    }

    private void askAnew() {
        change = snapshots.lastChange();
        looks = snapshots.certainLooks(pipeline);
    }

    /// Whether the slots that a snapshot was expected to have are the shard's no more.
    boolean isOutdated() {
        return snapshots.haveLeft(pipeline, expected, looks);
    }

    /// Takes the shard's slots, if no other pipeline holds one. The node has said since that it
    /// still owns them: an answer that is under way must not be of a time before the snapshot, when
    /// it did not own them yet, and what a job clears away behind that is known for it. Where no
    /// jobs move slots, a shard without any has none to take; its node may be a replica by now,
    /// which says nothing of slots.
    boolean take() {
        boolean none = settings.jobs() == null && expected.isEmpty();
        boolean settled = none || (snapshots.isAsked(pipeline, looks) && !isOutdated());
        if (settled && snapshots.areOthersSince(change, pipeline, expected)) {
            // An owner of before that was seen late, or the next one: the shard's node knows.
            askAnew();
            settled = false;
        }
        boolean taken = settled && snapshots.take(pipeline, expected);
        if (taken) {
            settings.owned().or(expected);
        }
        return taken;
    }

    /// Whether jobs have moved slots of the shard since a snapshot was made: another one is needed.
    public boolean hasMovedSince(long offset) {
        return settings.jobs() != null && settings.ledger().jobs().haveMovedSince(pipeline, offset);
    }

    /// Whether other pipelines may have brought keys of the shard's slots that it lost since.
    public boolean meetsOthers() {
        return snapshots.meetsOthers(pipeline);
    }
}
