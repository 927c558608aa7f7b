package io.syncline.engine.handover;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Which pipeline applies which slot of a cluster source, for all pipelines of a link: a slot has
/// one holder, who gives it up when its shard no longer owned the slot at some place of its stream
/// and everything before is durable in the target. So the commands of one key are applied in the
/// order in which the source ran them, whichever shards ran them.
///
/// Thread-safe: appliers claim and give up, monitors report what their nodes say.
public final class SlotLedger {
    private static final int NOBODY = -1;

    /// Looks at a node before it is believed: nodes hear of an import a moment after each other.
    private static final int UNSEEN_LOOKS = 20;

    /// The first answer behind a claim may be to a question before it.
    private static final int CERTAIN_LOOKS = 2;

    private final int[] holders = new int[ClusterMap.SLOTS];

    /// Who owned each slot behind its holder, in order.
    private final Map<Integer, Deque<Integer>> next = new HashMap<>();

    private final Map<Integer, Party> parties = new TreeMap<>();
    private final Map<Integer, Set<Integer>> claims = new HashMap<>();
    private final Map<Integer, Copy> copies = new HashMap<>();
    private final Map<Integer, Absence> absences = new HashMap<>();

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
    synchronized void register(int pipeline, BitSet owned) {
        Party party = party(pipeline);
        party.registered = true;
        party.ended.clear();
        party.granted.clear();
        claims.values().forEach(waiting -> waiting.remove(pipeline));
        for (int slot = 0; slot < holders.length; slot++) {
            if (owned.get(slot)) {
                holders[slot] = pipeline;
                Deque<Integer> line = next.get(slot);
                if (party.asked && !party.seen.get(slot)) {
                    party.end(slot, party.confirmed, party.last, party.jobs.get(slot));
                } else if (line != null) {
                    // The ownership that was seen is the one that is held.
                    line.removeLastOccurrence(pipeline);
                }
            } else if (holders[slot] == pipeline) {
                holders[slot] = NOBODY;
            }
        }
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
    /// @param importing slots that are on their way to it
    /// @param exported slots that jobs of the server have moved or are moving away
    /// @param after the node's stream offset after that
    public synchronized void observed(
            int pipeline,
            long before,
            BitSet owned,
            BitSet importing,
            BitSet exported,
            long after) {
        Party party = parties.get(pipeline);
        if (party == null) {
            return;
        }
        for (int slot = 0; slot < holders.length; slot++) {
            boolean was = party.asked ? party.seen.get(slot) : holders[slot] == pipeline;
            if (was && !owned.get(slot)) {
                party.end(slot, party.confirmed, after, exported.get(slot));
            } else if (!was && owned.get(slot)) {
                next.computeIfAbsent(slot, key -> new ArrayDeque<>()).add(pipeline);
            }
        }
        party.seen = (BitSet) owned.clone();
        party.importing = (BitSet) importing.clone();
        party.jobs = (BitSet) exported.clone();
        party.confirmed = before;
        party.last = after;
        party.asked = true;
        party.urgent = false;
        absences.values().forEach(absence -> absence.observed(pipeline, after));
        endUnseen(pipeline, party);
        party.note();
        grantAll();
    }

    /// A pipeline that waits for a slot, and whose node neither owns nor imports it, must have
    /// owned it unseen: the ownership of a holder that was seen all the time was two of them.
    private void endUnseen(int pipeline, Party party) {
        claims.forEach((slot, waiting) -> {
            if (!waiting.contains(pipeline) || party.seen.get(slot) || party.importing.get(slot)) {
                party.unseen.remove(slot);
                return;
            }
            int looks = party.unseen.merge(slot, 1, Integer::sum);
            int holder = holders[slot];
            if (looks > UNSEEN_LOOKS
                    && holder != NOBODY
                    && holder != pipeline
                    && !party(holder).ended.containsKey(slot)) {
                Party held = party(holder);
                held.end(slot, held.last, held.last, false);
                held.note();
            }
        });
    }

    /// The shard is dissolved: what was received of its stream is all there is.
    public synchronized void dissolved(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            return;
        }
        party.asked = true;
        BitSet copied = new BitSet();
        parties.values().forEach(other -> copied.or(other.jobs));
        copies.keySet().forEach(copied::set);
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && !party.ended.containsKey(slot)) {
                party.end(slot, party.confirmed, Long.MAX_VALUE, copied.get(slot));
            }
        }
        party.note();
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

    /// A pipeline met a command of a slot that it does not hold, or of a later ownership of one
    /// that it still holds.
    ///
    /// @param offset before the command
    synchronized void claim(int pipeline, int slot, long offset) {
        Party party = party(pipeline);
        if (holders[slot] == pipeline && !party.ended.containsKey(slot)) {
            party.end(slot, offset, offset, false);
            absences.put(slot, new Absence(pipeline));
            party.note();
        }
        party.unseen.remove(slot);
        claims.computeIfAbsent(slot, key -> new LinkedHashSet<>()).add(pipeline);
        if (holders[slot] != NOBODY) {
            hurry(holders[slot]);
        }
        hurry(pipeline);
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

    /// How far a pipeline has read its stream.
    synchronized void processed(int pipeline, long offset) {
        party(pipeline).processed = offset;
        List.copyOf(absences.keySet()).forEach(this::grant);
    }

    /// The first ownership of a slot that ended and was not given up yet.
    synchronized @Nullable Tenure ended(int pipeline, int slot) {
        return party(pipeline).firstEnd(slot);
    }

    /// Whether an ownership ended between two places.
    synchronized boolean endedBetween(int pipeline, int slot, long from, long to) {
        return party(pipeline).endedBetween(slot, from, to);
    }

    /// Every command of a slot that is not lost and stands before this was run by its owner.
    synchronized long confirmed(int pipeline) {
        return party(pipeline).confirmed;
    }

    /// The slots held that can be given up at a place of the stream.
    synchronized BitSet lostBefore(int pipeline, long offset) {
        BitSet due = new BitSet();
        party(pipeline)
                .ended
                .forEach((slot, ended) -> {
                    Tenure first = ended.peek();
                    if (holders[slot] == pipeline && first != null && first.end() <= offset) {
                        due.set(slot);
                    }
                });
        return due;
    }

    /// A pipeline has everything of one ownership of these slots in the target.
    synchronized void giveUp(int pipeline, BitSet slots) {
        Party party = party(pipeline);
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            party.forgetFirstEnd(slot);
            copies.remove(slot);
            if (holders[slot] == pipeline) {
                holders[slot] = NOBODY;
                grant(slot);
            }
        }
        parties.values().forEach(Party::note);
    }

    private void grantAll() {
        claims.keySet().forEach(this::grant);
        List.copyOf(next.keySet()).forEach(this::grant);
    }

    /// Gives a free slot to whoever comes next: those that have met commands of it and were never
    /// seen to own it, since they must have owned it too briefly; then the owners as they were seen
    /// to follow each other.
    private void grant(int slot) {
        if (holders[slot] != NOBODY
                || !parties.values().stream().allMatch(p -> p.registered && p.asked)) {
            return;
        }
        Deque<Integer> line = next.getOrDefault(slot, new ArrayDeque<>());
        Set<Integer> waiting = claims.getOrDefault(slot, new LinkedHashSet<>());
        Integer taker = null;
        for (Integer pipeline : waiting) {
            Party party = party(pipeline);
            boolean later =
                    line.contains(pipeline) || party.seen.get(slot) || party.importing.get(slot);
            if (!later && party.unseen.getOrDefault(slot, 0) < CERTAIN_LOOKS) {
                hurry(pipeline);
                return;
            }
            if (!later && taker == null) {
                taker = pipeline;
            }
        }
        if (taker == null) {
            taker = line.poll();
        }
        Absence absence = absences.get(slot);
        if (taker == null && absence != null && !absence.isOver(parties)) {
            return;
        }
        absences.remove(slot);
        if (taker == null) {
            // An owner that was away unseen, and is back.
            taker =
                    waiting.stream()
                            .filter(pipeline -> party(pipeline).seen.get(slot))
                            .findFirst()
                            .orElse(null);
        }
        if (line.isEmpty()) {
            next.remove(slot);
        }
        if (taker != null) {
            waiting.remove(taker);
            holders[slot] = taker;
            party(taker).granted.add(slot);
            party(taker).note();
        }
    }

    // ---- snapshots ----

    /// Before a snapshot is applied: everything else is given up, since the stream that told of it
    /// is gone, and the shard's own slots are waited for.
    ///
    /// @param owned the shard's slots
    /// @return whether all of them are held now
    synchronized boolean takeForSnapshot(int pipeline, BitSet owned) {
        Party party = party(pipeline);
        party.granted.clear();
        claims.values().forEach(waiting -> waiting.remove(pipeline));
        BitSet others = new BitSet();
        boolean all = parties.values().stream().allMatch(p -> p.registered);
        for (int slot = 0; slot < holders.length; slot++) {
            int holder = holders[slot];
            if (holder == pipeline && !owned.get(slot)) {
                others.set(slot);
            } else if (owned.get(slot) && holder != pipeline && holder != NOBODY) {
                all = false;
                hurry(holder);
            }
        }
        giveUp(pipeline, others);
        party.wanted.clear();
        party.wanted.or(owned);
        if (all) {
            party.wanted.clear();
            party.ended.clear();
            for (int slot = owned.nextSetBit(0); slot >= 0; slot = owned.nextSetBit(slot + 1)) {
                holders[slot] = pipeline;
                next.remove(slot);
            }
            // Seen to own them by now, so that their loss is noticed.
            party.seen.or(owned);
        }
        party.note();
        return all;
    }

    /// A pipeline ends, its shard being dissolved.
    synchronized void leave(int pipeline) {
        BitSet all = new BitSet();
        all.set(0, holders.length);
        claims.values().forEach(waiting -> waiting.remove(pipeline));
        next.values().forEach(line -> line.removeIf(other -> other == pipeline));
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
        parties.values().forEach(Party::note);
    }

    /// Whether it is known by now how a slot came to its new owner: a claim is made behind that.
    synchronized boolean isCopyKnown(int slot) {
        return copies.containsKey(slot)
                || !claims.getOrDefault(slot, Set.of()).isEmpty()
                || isInSnapshot(slot);
    }

    /// What [#copied] told; null when the new owner's pipeline has begun anew since.
    synchronized @Nullable Copy copy(int slot) {
        return copies.get(slot);
    }

    /// Whether the new owner's pipeline copies the slot from a snapshot.
    synchronized boolean isInSnapshot(int slot) {
        return parties.values().stream().anyMatch(party -> party.wanted.get(slot));
    }
}
