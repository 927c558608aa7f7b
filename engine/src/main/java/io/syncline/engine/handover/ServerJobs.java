package io.syncline.engine.handover;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What a [SlotLedger] knows of moves by the server's own jobs. Guarded by the ledger, as its
/// parties are.
final class ServerJobs {
    /// The first answer behind a moment may be to a question before it.
    static final int CERTAIN_LOOKS = 2;

    private final SlotLedger ledger;
    private final Map<Integer, Party> parties;

    /// Slots that a job has brought to a shard, until their former holder is done.
    private final BitSet copied = new BitSet();

    /// @param count of looks at the pipeline's node
    record Look(int pipeline, long count) {}

    /// @param ledger the lock
    ServerJobs(SlotLedger ledger, Map<Integer, Party> parties) {
        this.ledger = ledger;
        this.parties = parties;
    }

    /// The copy of these slots, whose stream was not applied, became the slots themselves.
    void copied(BitSet slots) {
        synchronized (ledger) {
            copied.or(slots);
            parties.values().forEach(Party::note);
        }
    }

    /// Of these slots, those that a job has brought and that were not given yet.
    BitSet copiedAmong(Iterable<Integer> slots) {
        synchronized (ledger) {
            BitSet among = new BitSet();
            slots.forEach(slot -> among.set(slot, copied.get(slot)));
            return among;
        }
    }

    boolean hasCopied(int slot) {
        synchronized (ledger) {
            return copied.get(slot);
        }
    }

    void given(int slot) {
        synchronized (ledger) {
            copied.clear(slot);
        }
    }

    /// Whether a job has moved a slot of late, whichever node says so.
    boolean haveMoved(int slot) {
        synchronized (ledger) {
            return copied.get(slot)
                    || parties.values().stream().anyMatch(party -> party.jobs.get(slot));
        }
    }

    /// How a shard lost slots to jobs, of those that its pipeline holds or waits for.
    Map<Integer, List<Tenure>> exported(int pipeline, BitSet slots) {
        synchronized (ledger) {
            Party party = parties.get(pipeline);
            return party == null ? Map.of() : party.exported(slots);
        }
    }

    /// The pipeline whose node is the owner of a slot at a place of another one's stream, as far as
    /// looks tell, and how often it was asked by then; null when that is not known.
    @Nullable Look look(int pipeline, int slot, long offset) {
        synchronized (ledger) {
            Party mine = parties.get(pipeline);
            if (mine == null || mine.last >= offset) {
                return null;
            }
            return parties.entrySet().stream()
                    .filter(entry -> entry.getKey() != pipeline && entry.getValue().seen.get(slot))
                    .findFirst()
                    .map(entry -> new Look(entry.getKey(), entry.getValue().looks))
                    .orElse(null);
        }
    }

    /// Whether the node of a look was heard to own the slot all the time since.
    boolean hasOwnedSince(Look look, int slot) {
        synchronized (ledger) {
            Party party = parties.get(look.pipeline());
            return party != null
                    && party.looks >= look.count() + CERTAIN_LOOKS
                    && party.seen.get(slot)
                    && party.ownedSince[slot] <= look.count();
        }
    }

    /// Whether jobs have moved slots of a shard since a snapshot of it was made: it has nothing of
    /// those that came, and what the stream says of those that went is of use to no one.
    boolean haveMovedSince(int pipeline, long offset) {
        synchronized (ledger) {
            Party party = parties.get(pipeline);
            return party != null
                    && IntStream.range(0, party.changedBefore.length)
                            .anyMatch(
                                    slot -> party.changedBefore[slot] > offset && haveMoved(slot));
        }
    }

    /// Whether the new owner's pipeline copies the slot from a snapshot.
    boolean isInSnapshot(int slot) {
        synchronized (ledger) {
            return parties.values().stream().anyMatch(party -> party.wanted.get(slot));
        }
    }
}
