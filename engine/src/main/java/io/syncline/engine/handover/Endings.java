package io.syncline.engine.handover;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a [SlotLedger] knows of ownerships that ended, for appliers. Guarded by the ledger, as its
/// parties are.
final class Endings {
    private final SlotLedger ledger;
    private final Map<Integer, Party> parties;

    /// @param ledger the lock
    Endings(SlotLedger ledger, Map<Integer, Party> parties) {
        this.ledger = ledger;
        this.parties = parties;
    }

    private Party party(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            throw new IllegalStateException("pipeline " + pipeline + " has not joined");
        }
        return party;
    }

    /// The first ownership of a slot that ended and was not given up yet.
    @Nullable Tenure first(int pipeline, int slot) {
        synchronized (ledger) {
            return party(pipeline).firstEnd(slot);
        }
    }

    /// Whether an ownership ended between two places.
    boolean isBetween(int pipeline, int slot, long from, long to) {
        synchronized (ledger) {
            return party(pipeline).endedBetween(slot, from, to);
        }
    }

    /// Whether an ownership that began at a place was over at another, where all was deleted.
    boolean survives(int pipeline, int slot, long from, long to) {
        synchronized (ledger) {
            return party(pipeline).survives(slot, from, to);
        }
    }

    /// Every command of a slot that is not lost and stands before this was run by its owner.
    long confirmed(int pipeline) {
        synchronized (ledger) {
            Party party = party(pipeline);
            return party.gone ? Long.MAX_VALUE : party.confirmed;
        }
    }

    /// Whether a pipeline has applied commands of a slot behind the end of its ownership, of which
    /// it had not heard yet: they are of a later one, so both are one to it.
    ///
    /// @param applied behind the last command that was applied
    boolean joins(int pipeline, int slot, long applied) {
        synchronized (ledger) {
            return !ledger.jobs().haveMoved(slot) && party(pipeline).joins(slot, applied);
        }
    }
}
