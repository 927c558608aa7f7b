package io.syncline.engine.handover;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Pipelines that begin, or begin again, with a snapshot, and what that means for slots on their
/// way: a part of them may be told by no stream that is read. Behind a move by MIGRATE that does no
/// harm, as the new owner's stream brings every key. A job's copy is not applied, so the new
/// owner's pipeline has to take a snapshot, too. Guarded by the ledger.
final class Snapshots {
    private final SlotLedger ledger;
    private final int[] holders;
    private final Map<Integer, Party> parties;
    private final Succession succession;

    /// Slots of which something is told by nobody.
    private final BitSet missing = new BitSet();

    /// Slots that jobs of the server have brought to their owner.
    private final BitSet brought = new BitSet();

    /// Pipelines that have no position and no snapshot yet.
    private final BitSet anew = new BitSet();

    /// Slots that a pipeline of this process has held.
    private final BitSet touched = new BitSet();

    /// By pipeline, slots that it waited for, or was to come next in, when another one copied them,
    /// and how often its node must have been asked to know whether it had them before or has them
    /// since.
    private final Map<Integer, Map<Integer, Long>> overtaken = new HashMap<>();

    Snapshots(SlotLedger ledger, int[] holders, Map<Integer, Party> parties, Succession turns) {
        this.ledger = ledger;
        this.holders = holders;
        this.parties = parties;
        this.succession = turns;
    }

    /// A pipeline goes on where it stood.
    ///
    /// @param left how its shard lost slots to jobs of the server: of whoever had them behind it,
    ///   nothing is known
    void goesOn(int pipeline, BitSet owned, List<SlotState.Departed> left) {
        anew.clear(pipeline);
        missing.andNot(owned);
        touched.or(owned);
        if (!anew.isEmpty()) {
            left.forEach(one -> missing.or(one.slots()));
        }
    }

    /// A pipeline begins from nothing: what its shard has given away is told by nobody, unless
    /// another one still has it.
    void beginsAnew(int pipeline) {
        anew.set(pipeline);
        for (int slot = 0; slot < holders.length; slot++) {
            Party holder = holders[slot] == pipeline ? null : parties.get(holders[slot]);
            Tenure end = holder == null ? null : holder.firstEnd(slot);
            if (holder == null || (end != null && end.exported())) {
                missing.set(slot);
            }
        }
    }

    BitSet missing() {
        return (BitSet) missing.clone();
    }

    /// By what an earlier process noted, save slots that somebody has by now.
    void miss(BitSet slots) {
        slots.stream().filter(slot -> holders[slot] < 0).forEach(missing::set);
    }

    boolean isAnew(int pipeline) {
        return anew.get(pipeline);
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
        if (succession.waitingFor(slot).isEmpty()) {
            brought.clear(slot);
        }
    }

    /// A job has taken a slot away, and its node was not asked between the beginning of the copy
    /// and its end: what clients deleted just before cannot be told from what was cleared away.
    void unwatched(int slot) {
        missing.set(slot);
    }

    /// Before a snapshot is applied: everything else is given up, since the stream that told of it
    /// is gone, and the shard's own slots are waited for.
    ///
    /// @param looks at the node, so many
    /// @return the shard's slots, all of them held now; null when they are not
    @Nullable BitSet take(int pipeline, Party party, long looks) {
        if (party.looks < looks && !party.gone) {
            party.hurry();
            return null;
        }
        BitSet owned = (BitSet) party.seen.clone();
        party.granted.clear();
        BitSet others = new BitSet();
        boolean all = true;
        for (int slot = 0; slot < holders.length; slot++) {
            Party holder = holders[slot] == pipeline ? null : parties.get(holders[slot]);
            if (holders[slot] == pipeline && !owned.get(slot)) {
                others.set(slot);
            } else if (owned.get(slot) && holder != null) {
                all = false;
                holder.hurry();
            }
        }
        missing.or(others);
        missing.or(succession.skips(pipeline, owned));
        ledger.giveUp(pipeline, others);
        ledger.grantAll();
        for (Party each : parties.values()) {
            // What only a copy tells is noted as missing before it is told anew elsewhere.
            all &= each.registered && (each == party || !each.incomplete);
        }
        party.wanted.clear();
        party.wanted.or(owned);
        if (all) {
            taken(pipeline, party, owned);
        }
        party.note();
        return all ? owned : null;
    }

    private void taken(int pipeline, Party party, BitSet owned) {
        party.wanted.clear();
        party.forget();
        party.copied.clear();
        party.copied.or(owned);
        for (int slot = owned.nextSetBit(0); slot >= 0; slot = owned.nextSetBit(slot + 1)) {
            holders[slot] = pipeline;
            for (int other : succession.behind(pipeline, slot)) {
                Party waits = parties.get(other);
                if (waits != null) {
                    overtaken
                            .computeIfAbsent(other, key -> new HashMap<>())
                            .put(slot, waits.looks + ServerJobs.CERTAIN_LOOKS);
                    waits.hurry();
                }
            }
        }
        anew.clear(pipeline);
        missing.andNot(owned);
        party.follows |= touched.intersects(owned);
        touched.or(owned);
    }

    /// A pipeline's node was asked: what it waits for of slots that it had before another one
    /// copied them is in that copy.
    void observed(int pipeline, Party party) {
        Map<Integer, Long> slots = overtaken.get(pipeline);
        if (slots != null) {
            slots.entrySet()
                    .removeIf(entry -> {
                        boolean due = party.looks >= entry.getValue();
                        if (due && !party.seen.get(entry.getKey())) {
                            succession.holds(pipeline, entry.getKey());
                            party.useless.put(entry.getKey(), party.confirmed);
                        }
                        return due;
                    });
        }
    }
}
