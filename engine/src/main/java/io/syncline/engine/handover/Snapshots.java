package io.syncline.engine.handover;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// Whose keys are in the target, when pipelines begin with a snapshot while jobs of the server move
/// slots: a slot may be in no snapshot, since it left one shard before its snapshot was made and
/// came to the other behind its own. After a move by MIGRATE the new owner's stream brings every
/// key. A job's copy is not applied, so the new owner's shard is copied once more. Guarded by the
/// ledger.
final class Snapshots {
    private static final int NOBODY = -1;

    private final SlotLedger ledger;
    private final boolean first;
    private final int[] holders;
    private final Map<Integer, Party> parties;
    private final Succession succession;

    /// Slots of which a pipeline has brought all keys, and has followed them since, or gave them up
    /// when all was in the target.
    private final BitSet whole = new BitSet();

    /// @param ledger the lock
    /// @param first whether no earlier process of the task has written to the target
    Snapshots(
            SlotLedger ledger,
            boolean first,
            int[] holders,
            Map<Integer, Party> parties,
            Succession succession) {
        this.ledger = ledger;
        this.first = first;
        this.holders = holders;
        this.parties = parties;
        this.succession = succession;
    }

    /// A pipeline holds slots by what is in the target.
    void holds(Party party, BitSet slots) {
        whole.or(slots);
        party.touched.or(slots);
    }

    /// A pipeline has no position any more: what it held, nobody tells from there on.
    void beginsAnew(int pipeline, Party party) {
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline) {
                whole.clear(slot);
            }
        }
        whole.andNot(succession.skips(pipeline, new BitSet()));
        party.incomplete = false;
        party.copied.clear();
    }

    /// A pipeline gets a slot, and its stream tells all of it. What a copy that nobody ended, or a
    /// stream that nobody reads on, has left there is not of it.
    void given(Party party, int slot) {
        boolean bare = first && parties.values().stream().noneMatch(p -> p.touched.get(slot));
        if (whole.get(slot) || bare) {
            whole.set(slot);
        } else {
            party.unswept.set(slot);
        }
        party.touched.set(slot);
    }

    /// Whether the keys of a slot, which a job moved, are told by no stream: then the pipelines
    /// that wait for it have to copy their shards again.
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

    // ---- appliers ----

    /// Before a snapshot is applied: everything else is given up, since the stream that told of it
    /// is gone, and the shard's own slots are waited for.
    ///
    /// @param owned the shard's slots
    /// @return whether all of them are held now
    boolean take(int pipeline, BitSet owned) {
        synchronized (ledger) {
            Party party = party(pipeline);
            party.granted.clear();
            BitSet coming = leave(pipeline, party, owned);
            ledger.grantAll();
            boolean all = parties.values().stream().allMatch(p -> p.registered);
            for (int slot = owned.nextSetBit(0); slot >= 0; slot = owned.nextSetBit(slot + 1)) {
                int holder = holders[slot];
                if (holder != pipeline && holder != NOBODY) {
                    all = false;
                    party(holder).hurry();
                }
                all &= isAlone(pipeline, slot);
            }
            parties.values().forEach(Party::note);
            party.wanted.clear();
            if (all) {
                party.forget();
                takes(pipeline, party, owned);
                // Seen to own them by now, so that their loss is noticed.
                party.seen.or(owned);
            } else {
                party.wanted.or(owned);
            }
            coming.stream().forEach(slot -> succession.returns(pipeline, slot));
            ledger.grantAll();
            party.note();
            return all;
        }
    }

    /// Whether no other shard's node says that it owns a slot, too. A new owner knows before the
    /// old one does, so one of the two, asked again, says something else.
    private boolean isAlone(int pipeline, int slot) {
        boolean alone = true;
        for (var other : parties.entrySet()) {
            if (other.getKey() != pipeline && other.getValue().seen.get(slot)) {
                other.getValue().hurry();
                party(pipeline).hurry();
                alone = false;
            }
        }
        return alone;
    }

    private Party party(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            throw new IllegalStateException("pipeline " + pipeline + " has not joined");
        }
        return party;
    }

    /// Gives up what a pipeline held and its shard does not own: the stream that told of it is
    /// gone.
    ///
    /// @return what it was given meanwhile and the shard does own, though not in the snapshot
    private BitSet leave(int pipeline, Party party, BitSet owned) {
        BitSet coming = (BitSet) party.seen.clone();
        coming.andNot(owned);
        whole.andNot(succession.skips(pipeline, coming));
        BitSet given = new BitSet();
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && !owned.get(slot)) {
                whole.clear(slot);
                holders[slot] = NOBODY;
                party.forgetFirstEnd(slot);
                party.doubted.clear(slot);
                given.set(slot);
            }
        }
        given.and(coming);
        return given;
    }

    private void takes(int pipeline, Party party, BitSet owned) {
        party.incomplete = false;
        party.follows |=
                parties.values().stream()
                        .anyMatch(other -> other != party && other.touched.intersects(owned));
        party.copied.clear();
        party.copied.or(owned);
        owned.stream()
                .forEach(slot -> {
                    holders[slot] = pipeline;
                    succession.forget(slot);
                });
        holds(party, owned);
    }

    /// How often a pipeline's node must have been asked to have answered a question from now.
    long certainLooks(int pipeline) {
        synchronized (ledger) {
            return party(pipeline).looks + ServerJobs.CERTAIN_LOOKS;
        }
    }

    /// The last change of a slot's owner that was seen.
    long lastChange() {
        synchronized (ledger) {
            return succession.lastChange();
        }
    }

    /// Whether another shard was seen to own one of these slots since then.
    boolean areOthersSince(long change, int pipeline, BitSet slots) {
        synchronized (ledger) {
            return succession.hasOthersSince(change, pipeline, slots);
        }
    }

    /// Whether a node was seen without one of these slots, when it was asked so often.
    boolean haveLeft(int pipeline, BitSet slots, long looks) {
        synchronized (ledger) {
            BitSet lost = (BitSet) slots.clone();
            lost.andNot(party(pipeline).seen);
            Party party = party(pipeline);
            return (party.looks >= looks || party.gone) && !lost.isEmpty();
        }
    }

    /// Whether the shard is dissolved.
    boolean isGone(int pipeline) {
        synchronized (ledger) {
            return party(pipeline).gone;
        }
    }

    /// Whether a node was asked so often; it is asked soon if not.
    boolean isAsked(int pipeline, long looks) {
        synchronized (ledger) {
            Party party = party(pipeline);
            boolean asked = party.looks >= looks || party.gone;
            if (!asked) {
                party.hurry();
            }
            return asked;
        }
    }

    /// Whether what a pipeline copies may meet keys that another one has brought.
    boolean meetsOthers(int pipeline) {
        synchronized (ledger) {
            return !first || party(pipeline).follows;
        }
    }

    /// Of slots that a pipeline was given, those that may hold keys of which no stream tells.
    BitSet takeUnswept(int pipeline, List<Integer> given) {
        synchronized (ledger) {
            BitSet unswept = party(pipeline).unswept;
            BitSet taken = new BitSet();
            given.forEach(slot -> taken.set(slot, unswept.get(slot)));
            unswept.andNot(taken);
            return taken;
        }
    }

    /// Such keys are gone.
    void swept(BitSet slots) {
        synchronized (ledger) {
            whole.or(slots);
        }
    }

    /// Whether a pipeline has to copy its shard again, since keys of it are told by no stream.
    boolean isIncomplete(int pipeline) {
        synchronized (ledger) {
            return party(pipeline).incomplete;
        }
    }

    /// The same, when a job has brought slots: were they believed to be in its snapshot, that was
    /// made before.
    boolean lacks(int pipeline, BitSet brought) {
        synchronized (ledger) {
            Party party = party(pipeline);
            if (party.copied.intersects(brought)) {
                party.lack();
            }
            return party.incomplete;
        }
    }
}
