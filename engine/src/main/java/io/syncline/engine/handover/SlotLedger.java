package io.syncline.engine.handover;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Which pipeline applies which slot of a cluster source, for all pipelines of a link.
///
/// A slot has one holder. The holder gives it up when its shard no longer owns the slot and
/// everything that its stream says of the slot is durable in the target; only then may the pipeline
/// of the new owner, which has held the slot's commands back meanwhile, apply them. So the commands
/// of one key are applied in the order in which the source ran them, whichever shards ran them.
///
/// Thread-safe: appliers claim and give up, monitors report what their nodes say.
public final class SlotLedger {
    static final long NEVER = -1;

    private static final int NOBODY = -1;

    private final int[] holders = new int[ClusterMap.SLOTS];
    private final Map<Integer, Party> parties = new TreeMap<>();
    private final Map<Integer, List<Integer>> claims = new HashMap<>();
    private final Map<Integer, Copy> copies = new HashMap<>();

    /// What is known of one pipeline's shard.
    private static final class Party {
        /// Whether it has said what it holds: before all have, nothing is given to anyone.
        boolean registered;

        /// What its node owned when it was last asked.
        BitSet seen = new BitSet();

        /// Whether it was asked at all: who comes last is not known before.
        boolean asked;

        /// Every command that stands before this offset was run by the owner of its slot, save in
        /// slots that are lost.
        long confirmed = NEVER;

        /// Slots held that the node does not own any more, with an offset behind the last command
        /// that it ran as their owner.
        final Map<Integer, Long> lost = new HashMap<>();

        /// Of these, the ones that the server's own job has moved.
        final BitSet exported = new BitSet();

        /// All slots that the node's jobs tell of.
        BitSet jobs = new BitSet();

        final List<Integer> granted = new ArrayList<>();
        final BitSet wanted = new BitSet();
        boolean urgent;
        Runnable nudge = () -> {};
        Runnable wake = () -> {};
        final AtomicBoolean news = new AtomicBoolean();

        void note() {
            news.set(!lost.isEmpty() || !granted.isEmpty());
        }
    }

    /// How the server's own job copied slots to their new owner.
    ///
    /// @param deletions hashes of the keys that the copy's stream deleted last, in order
    @SuppressWarnings("ArrayRecordComponent") // compared by identity: one for each job
    record Copy(long[] deletions) {}

    public SlotLedger() {
        Arrays.fill(holders, NOBODY);
    }

    /// A pipeline is about to start.
    ///
    /// @param nudge makes its monitor ask its node soon
    /// @param wake wakes its applier
    public synchronized void join(int pipeline, Runnable nudge, Runnable wake) {
        Party party = parties.computeIfAbsent(pipeline, key -> new Party());
        party.nudge = nudge;
        party.wake = wake;
    }

    /// Set while a slot was lost or given: one look at it decides for nearly all commands.
    synchronized AtomicBoolean news(int pipeline) {
        return party(pipeline).news;
    }

    /// A pipeline says what it holds by what is in the target: at its start, and again when the
    /// target turned out to be behind that.
    public synchronized void register(int pipeline, BitSet owned) {
        Party party = party(pipeline);
        party.registered = true;
        party.lost.clear();
        party.exported.clear();
        party.granted.clear();
        for (int slot = 0; slot < holders.length; slot++) {
            if (owned.get(slot)) {
                holders[slot] = pipeline;
            } else if (holders[slot] == pipeline) {
                holders[slot] = NOBODY;
            }
        }
        claims.values().forEach(list -> list.remove((Integer) pipeline));
        party.note();
        grantAll();
    }

    private Party party(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            throw new IllegalStateException("pipeline " + pipeline + " has not joined");
        }
        return party;
    }

    // ---- monitors ----

    /// What a shard's node said.
    ///
    /// @param before the node's stream offset before it was asked which slots it owns
    /// @param owned these slots
    /// @param exported slots that jobs of the server have moved or are moving away
    /// @param after the node's stream offset after that
    public synchronized void observed(
            int pipeline, long before, BitSet owned, BitSet exported, long after) {
        Party party = parties.get(pipeline);
        if (party == null) {
            return;
        }
        party.seen = (BitSet) owned.clone();
        boolean first = !party.asked;
        party.asked = true;
        party.confirmed = before;
        party.jobs = (BitSet) exported.clone();
        party.urgent = false;
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && !owned.get(slot) && !party.lost.containsKey(slot)) {
                party.lost.put(slot, after);
                party.exported.set(slot, exported.get(slot));
            }
        }
        if (first) {
            grantAll();
        }
        party.note();
        party.wake.run();
    }

    /// The shard is dissolved: what was received of its stream is all there is.
    public synchronized void dissolved(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            return;
        }
        party.asked = true;
        BitSet copied = new BitSet();
        parties.values().forEach(other -> copied.or(other.exported));
        parties.values().forEach(other -> copied.or(other.jobs));
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && !party.lost.containsKey(slot)) {
                party.lost.put(slot, Long.MAX_VALUE);
                party.exported.set(slot, copied.get(slot) || copies.containsKey(slot));
            }
        }
        party.note();
        party.wake.run();
    }

    /// Whether somebody waits for what the node says next.
    public synchronized boolean isUrgent(int pipeline) {
        Party party = parties.get(pipeline);
        return party != null && party.urgent;
    }

    /// Asks a pipeline's monitor to look at its node soon.
    synchronized void hurry(int pipeline) {
        Party party = party(pipeline);
        party.urgent = true;
        party.nudge.run();
    }

    // ---- appliers ----

    /// A pipeline met a command of a slot that it does not hold.
    synchronized void claim(int pipeline, int slot) {
        List<Integer> waiting = claims.computeIfAbsent(slot, key -> new ArrayList<>());
        if (!waiting.contains(pipeline)) {
            waiting.add(pipeline);
        }
        int holder = holders[slot];
        if (holder != NOBODY) {
            hurry(holder);
        }
        grant(slot);
    }

    /// The slots that were given to a pipeline since it last asked.
    synchronized List<Integer> takeGranted(int pipeline) {
        Party party = party(pipeline);
        List<Integer> granted = new ArrayList<>(party.granted);
        party.granted.clear();
        party.note();
        return granted;
    }

    /// The offset behind which a held slot's commands belong to a later ownership.
    synchronized long lostAt(int pipeline, int slot) {
        return party(pipeline).lost.getOrDefault(slot, NEVER);
    }

    /// Whether the owner of a slot ran a command of it: null while that is not known.
    ///
    /// @param offset behind the command
    synchronized @Nullable Boolean ranByOwner(int pipeline, int slot, long offset) {
        Party party = party(pipeline);
        if (party.lost.containsKey(slot)) {
            return Boolean.FALSE;
        }
        return party.confirmed >= offset ? Boolean.TRUE : null;
    }

    /// Whether a lost slot was moved by a job of the server, which deletes what it has copied.
    synchronized boolean isExported(int pipeline, int slot) {
        return party(pipeline).exported.get(slot);
    }

    /// The slots that can be given up at a place of the stream.
    synchronized BitSet lostBefore(int pipeline, long offset) {
        BitSet due = new BitSet();
        party(pipeline).lost.forEach((slot, at) -> {
            if (at <= offset) {
                due.set(slot);
            }
        });
        return due;
    }

    /// A pipeline has everything of these slots in the target and will not write to them again.
    synchronized void giveUp(int pipeline, BitSet slots) {
        Party party = party(pipeline);
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            party.lost.remove(slot);
            party.exported.clear(slot);
            if (holders[slot] == pipeline) {
                holders[slot] = NOBODY;
                grant(slot);
            }
        }
        party.note();
        parties.values().forEach(other -> other.wake.run());
    }

    private void grantAll() {
        for (int slot : new ArrayList<>(claims.keySet())) {
            grant(slot);
        }
        parties.values().forEach(party -> party.wake.run());
    }

    /// Gives a free slot to whoever comes next: those that wait, the present owner last; or, when
    /// no one has met a command of it, to the present owner.
    private void grant(int slot) {
        if (holders[slot] != NOBODY
                || !parties.values().stream().allMatch(p -> p.registered && p.asked)) {
            return;
        }
        List<Integer> waiting = claims.getOrDefault(slot, new ArrayList<>());
        int next = NOBODY;
        for (int pipeline : waiting) {
            if (next == NOBODY || party(next).seen.get(slot)) {
                next = pipeline;
            }
        }
        if (next == NOBODY) {
            next = ownerOf(slot);
        }
        if (next != NOBODY) {
            waiting.remove((Integer) next);
            holders[slot] = next;
            party(next).granted.add(slot);
            party(next).note();
            party(next).wake.run();
        }
    }

    private int ownerOf(int slot) {
        for (var entry : parties.entrySet()) {
            Party party = entry.getValue();
            if (party.seen.get(slot) && party.wanted.isEmpty()) {
                return entry.getKey();
            }
        }
        return NOBODY;
    }

    // ---- snapshots ----

    /// Before a snapshot is applied: everything else is given up, since the stream that told of it
    /// is gone, and the shard's own slots are waited for.
    ///
    /// @param owned the shard's slots
    /// @return whether all of them are held now
    synchronized boolean takeForSnapshot(int pipeline, BitSet owned) {
        Party party = party(pipeline);
        BitSet others = new BitSet();
        boolean all = parties.values().stream().allMatch(p -> p.registered);
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && !owned.get(slot)) {
                others.set(slot);
            } else if (owned.get(slot) && holders[slot] != pipeline && holders[slot] != NOBODY) {
                all = false;
                hurry(holders[slot]);
            }
        }
        giveUp(pipeline, others);
        party.wanted.clear();
        party.wanted.or(owned);
        party.lost.clear();
        party.exported.clear();
        party.granted.clear();
        party.note();
        claims.values().forEach(list -> list.remove((Integer) pipeline));
        if (all) {
            party.wanted.clear();
            for (int slot = owned.nextSetBit(0); slot >= 0; slot = owned.nextSetBit(slot + 1)) {
                holders[slot] = pipeline;
            }
        }
        return all;
    }

    /// A pipeline ends, its shard being dissolved.
    synchronized void leave(int pipeline) {
        BitSet all = new BitSet();
        all.set(0, holders.length);
        claims.values().forEach(list -> list.remove((Integer) pipeline));
        giveUp(pipeline, all);
        parties.remove(pipeline);
        grantAll();
    }

    // ---- jobs of the server ----

    /// The copy of these slots, whose stream was not applied, became the slots themselves.
    synchronized void copied(BitSet slots, Copy copy) {
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            copies.put(slot, copy);
        }
        parties.values().forEach(party -> party.wake.run());
    }

    /// Whether it is known by now how a slot came to its new owner: a claim is made behind that.
    synchronized boolean isCopyKnown(int slot) {
        return copies.containsKey(slot)
                || !claims.getOrDefault(slot, List.of()).isEmpty()
                || isInSnapshot(slot);
    }

    /// What [#copied] told; null when the new owner's pipeline has begun anew since.
    synchronized @Nullable Copy copy(int slot) {
        return copies.get(slot);
    }

    synchronized void forgetCopy(int slot) {
        copies.remove(slot);
    }

    /// Whether the new owner's pipeline copies the slot from a snapshot.
    synchronized boolean isInSnapshot(int slot) {
        return parties.values().stream().anyMatch(party -> party.wanted.get(slot));
    }
}
