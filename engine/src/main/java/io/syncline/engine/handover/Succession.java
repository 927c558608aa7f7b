package io.syncline.engine.handover;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who comes next in each slot: owners behind its holder as they were seen to follow each other,
/// and pipelines that wait since they have met commands of it. Guarded by the ledger.
final class Succession {
    private final Map<Integer, Party> parties;
    private final Map<Integer, Deque<Integer>> lines = new HashMap<>();

    /// Who waits for each slot, since which offset of its stream.
    private final Map<Integer, Map<Integer, Long>> claims = new TreeMap<>();

    /// When each slot was last seen to have an owner that it had not before: a number that grows.
    private final Map<Integer, Long> changes = new HashMap<>();

    private long changed;

    /// Behind which place of its stream each pipeline, by slot, knows how it got the slot last.
    private final Map<Integer, Map<Integer, Long>> arrivals = new HashMap<>();

    private final Map<Integer, Absence> absences = new HashMap<>();

    Succession(Map<Integer, Party> parties) {
        this.parties = parties;
    }

    /// A node was seen to own a slot that it had not owned before.
    ///
    /// @param offset behind what it had run by then
    void owns(int pipeline, int slot, long offset) {
        arrivals.computeIfAbsent(slot, key -> new HashMap<>()).put(pipeline, offset);
        lines.computeIfAbsent(slot, key -> new ArrayDeque<>()).add(pipeline);
        changes.put(slot, ++changed);
    }

    /// A pipeline was given a slot and could not take it yet.
    void returns(int pipeline, int slot) {
        lines.computeIfAbsent(slot, key -> new ArrayDeque<>()).addFirst(pipeline);
    }

    /// The last change of owners that was seen.
    long lastChange() {
        return changed;
    }

    /// Whether another one was seen to own one of these slots for the first time since a change.
    boolean hasOthersSince(long change, int pipeline, BitSet slots) {
        return slots.stream()
                .filter(slot -> changes.getOrDefault(slot, -1L) > change)
                .anyMatch(slot ->
                        lines.getOrDefault(slot, new ArrayDeque<>()).stream()
                                .anyMatch(other -> other != pipeline));
    }

    /// The ownership that was seen last is the one that is held.
    void holds(int pipeline, int slot) {
        Deque<Integer> line = lines.get(slot);
        if (line != null) {
            line.removeLastOccurrence(pipeline);
        }
    }

    void forget(int slot) {
        lines.remove(slot);
    }

    void waits(int pipeline, int slot, long offset) {
        claims.computeIfAbsent(slot, key -> new LinkedHashMap<>()).put(pipeline, offset);
    }

    boolean isWaiting(int pipeline, int slot) {
        return claims.getOrDefault(slot, Map.of()).containsKey(pipeline);
    }

    boolean hasWaiting(int slot) {
        return !claims.getOrDefault(slot, Map.of()).isEmpty();
    }

    void withdraw(int pipeline, int slot) {
        claims.getOrDefault(slot, new HashMap<>()).remove(pipeline);
    }

    void withdraw(int pipeline) {
        claims.values().forEach(waiting -> waiting.remove(pipeline));
    }

    void leave(int pipeline) {
        withdraw(pipeline);
        lines.values().forEach(line -> line.removeIf(other -> other == pipeline));
    }

    /// A pipeline goes on behind a snapshot: what it had to say before is in it, or lost.
    ///
    /// @param coming slots that its shard has got since: these turns it keeps
    /// @return the slots in which it had a turn, or waited for one
    BitSet skips(int pipeline, BitSet coming) {
        BitSet slots = slotsOf(pipeline);
        withdraw(pipeline);
        lines.forEach((slot, line) -> {
            if (!coming.get(slot) && line.removeIf(other -> other == pipeline)) {
                slots.set(slot);
            }
        });
        return slots;
    }

    /// The slots that a pipeline waits for.
    BitSet slotsOf(int pipeline) {
        BitSet slots = new BitSet();
        claims.forEach((slot, waiting) -> slots.set(slot, waiting.containsKey(pipeline)));
        return slots;
    }

    /// The slots that somebody wants.
    BitSet wanted() {
        BitSet slots = new BitSet();
        claims.keySet().forEach(slots::set);
        lines.keySet().forEach(slots::set);
        return slots;
    }

    /// A slot came back to a pipeline by a job, without having been seen to leave.
    void wasAway(int pipeline, int slot) {
        absences.put(slot, new Absence(pipeline));
    }

    void observed(int pipeline, long offset) {
        absences.values().forEach(absence -> absence.observed(pipeline, offset));
    }

    BitSet away() {
        BitSet slots = new BitSet();
        absences.keySet().forEach(slots::set);
        return slots;
    }

    /// Chooses who gets a free slot; whoever it is does not wait any more.
    ///
    /// @param byJob whether the server's own jobs move it: then the order counts, and those that
    ///   must have owned it unseen come first
    /// @return null for nobody, for now
    @Nullable Integer next(int slot, boolean byJob) {
        Deque<Integer> line = lines.getOrDefault(slot, new ArrayDeque<>());
        Map<Integer, Long> waiting = claims.getOrDefault(slot, new LinkedHashMap<>());
        Integer taker = null;
        if (byJob) {
            for (var claim : waiting.entrySet()) {
                Party party = party(claim.getKey());
                boolean earlier = !line.contains(claim.getKey()) && party.isUninvolved(slot);
                if (earlier && party.confirmed < claim.getValue()) {
                    party.hurry();
                    return null;
                }
                taker = earlier && taker == null ? claim.getKey() : taker;
            }
        }
        while (taker == null && !line.isEmpty()) {
            int first = line.getFirst();
            boolean jobs = byJob && waiting.containsKey(first);
            if (byJob && !jobs && !hasArrived(first, slot)) {
                // It has not read yet how it got the slot: what stands before is none of it.
                return null;
            }
            line.removeFirst();
            if (jobs || party(first).seen.get(slot)) {
                taker = first;
            }
        }
        if (line.isEmpty()) {
            lines.remove(slot);
        }
        Absence absence = absences.get(slot);
        if (taker == null && absence != null && !absence.isOver(parties)) {
            return null;
        }
        absences.remove(slot);
        if (taker == null) {
            // An owner that was away unseen, and is back.
            taker =
                    waiting.keySet().stream()
                            .filter(pipeline -> party(pipeline).seen.get(slot))
                            .findFirst()
                            .orElse(null);
        }
        if (taker != null) {
            waiting.remove(taker);
        }
        return taker;
    }

    /// Whether a pipeline has read how it got a slot. If it does not wait for it, that was by
    /// MIGRATE, and no key came.
    private boolean hasArrived(int pipeline, int slot) {
        long arrival = arrivals.getOrDefault(slot, Map.of()).getOrDefault(pipeline, Long.MAX_VALUE);
        return party(pipeline).processed >= arrival;
    }

    private Party party(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            throw new IllegalStateException("pipeline " + pipeline + " has left");
        }
        return party;
    }
}
