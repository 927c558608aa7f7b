package io.syncline.engine.handover;

import java.util.BitSet;
import java.util.Map;

/// Whose keys are in the target, when pipelines begin with a snapshot while jobs of the server move
/// slots: a slot may be in no snapshot, since it left one shard before its snapshot was made and
/// came to the other behind its own. After a move by MIGRATE the new owner's stream brings every
/// key. A job's copy is not applied, so the new owner's shard is copied once more. Guarded by the
/// ledger.
final class Snapshots {
    private static final int NOBODY = -1;

    private final int[] holders;
    private final Map<Integer, Party> parties;
    private final Succession succession;

    /// Slots of which a pipeline has brought all keys, and has followed them since, or gave them up
    /// when all was in the target.
    private final BitSet whole = new BitSet();

    /// Slots that any pipeline has held since the ledger was made.
    private final BitSet touched = new BitSet();

    Snapshots(int[] holders, Map<Integer, Party> parties, Succession succession) {
        this.holders = holders;
        this.parties = parties;
        this.succession = succession;
    }

    /// A pipeline holds slots by what is in the target.
    void holds(BitSet slots) {
        whole.or(slots);
        touched.or(slots);
    }

    /// A pipeline has no position any more: what it held, nobody tells from there on.
    void beginsAnew(int pipeline, Party party) {
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline) {
                whole.clear(slot);
            }
        }
        party.incomplete = false;
        party.copied.clear();
    }

    /// A pipeline that waits for a slot gets it, and its stream tells all of it.
    void given(int slot) {
        whole.set(slot);
        touched.set(slot);
    }

    /// Whether the keys of a slot, which a job moved, are told by no stream: then the pipelines that
    /// wait for it have to copy their shards again.
    boolean isMissing(int slot) {
        if (whole.get(slot)) {
            return false;
        }
        parties.forEach((pipeline, party) -> {
            if (succession.isWaiting(pipeline, slot)) {
                party.lack();
            }
        });
        return true;
    }

    /// Whether a snapshot was made before a job brought slots that it was believed to have.
    boolean isBehind(Party party, BitSet brought) {
        if (party.copied.intersects(brought)) {
            party.lack();
        }
        return party.incomplete;
    }

    /// Gives up what a pipeline held and its shard does not own: the stream that told of it is gone.
    ///
    /// @param owned the shard's slots
    /// @return the slots given up
    BitSet leave(int pipeline, Party party, BitSet owned) {
        BitSet left = new BitSet();
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && !owned.get(slot)) {
                left.set(slot);
                whole.clear(slot);
                holders[slot] = NOBODY;
                party.forgetFirstEnd(slot);
                party.doubted.clear(slot);
            }
        }
        return left;
    }

    /// A pipeline is about to apply a snapshot of these slots.
    void takes(int pipeline, Party party, BitSet owned) {
        party.incomplete = false;
        party.follows |= touched.intersects(owned);
        party.copied.clear();
        party.copied.or(owned);
        owned.stream().forEach(slot -> {
            holders[slot] = pipeline;
            succession.forget(slot);
        });
        holds(owned);
    }
}
