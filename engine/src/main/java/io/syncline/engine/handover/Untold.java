package io.syncline.engine.handover;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// Slots of which a part is told by no stream that is read, since a pipeline began, or begins again,
/// with a snapshot that was taken when its shard had given them away. Behind a move by MIGRATE that
/// does no harm: the new owner's stream brings every key. A job's copy is not applied, so the new
/// owner's pipeline has to take a snapshot, too. Guarded by the ledger.
final class Untold {
    private final Map<Integer, Party> parties;

    /// Slots of which something is told by nobody.
    private final BitSet missing = new BitSet();

    /// Slots that jobs of the server have brought to their owner.
    private final BitSet brought = new BitSet();

    /// Pipelines that have no position and no snapshot yet.
    private final BitSet anew = new BitSet();

    Untold(Map<Integer, Party> parties) {
        this.parties = parties;
    }

    /// A pipeline goes on where it stood.
    ///
    /// @param left how its shard lost slots to jobs of the server: of whoever had them behind it,
    ///   nothing is known
    void goesOn(int pipeline, BitSet owned, List<SlotState.Departed> left) {
        anew.clear(pipeline);
        missing.andNot(owned);
        brought.andNot(owned);
        if (!anew.isEmpty()) {
            left.forEach(one -> missing.or(one.slots()));
        }
    }

    /// A pipeline begins from nothing: what its shard has given away is told by nobody, unless
    /// another one still has it.
    void beginsAnew(int pipeline, int[] holders) {
        anew.set(pipeline);
        for (int slot = 0; slot < holders.length; slot++) {
            Party holder = holders[slot] == pipeline ? null : parties.get(holders[slot]);
            Tenure end = holder == null ? null : holder.firstEnd(slot);
            if (holder == null || (end != null && end.exported())) {
                missing.set(slot);
            }
        }
    }

    /// A pipeline forgets what it held, or waited for, of slots that its shard has not any more.
    void forgets(BitSet slots) {
        missing.or(slots);
    }

    /// A pipeline has all of these slots by a snapshot.
    void copied(int pipeline, BitSet slots) {
        anew.clear(pipeline);
        missing.andNot(slots);
        brought.andNot(slots);
    }

    /// A job of the server has copied slots to their new owner.
    void brought(BitSet slots) {
        brought.or(slots);
    }

    /// Whether what a job has copied is not told by anyone.
    boolean isOnlyInCopy(int slot) {
        return missing.get(slot) && brought.get(slot);
    }

    /// Whoever has it now tells all of it.
    void given(int slot) {
        missing.clear(slot);
        brought.clear(slot);
    }
}
