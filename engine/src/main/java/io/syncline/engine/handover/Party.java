package io.syncline.engine.handover;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What a [SlotLedger] knows of one pipeline's shard; guarded by the ledger.
final class Party {
    /// Whether it has said what it holds, and its node what it owns: before all have, nothing is
    /// given to anyone.
    boolean registered;

    boolean asked;

    /// How often its node was asked.
    long looks;

    /// The look since which each slot that is owned was owned.
    final long[] ownedSince = new long[ClusterMap.SLOTS];

    /// An offset behind the last time that each slot came or went; -1 for never.
    final long[] changedBefore = new long[ClusterMap.SLOTS];

    /// What its node owned when it was last asked.
    BitSet seen = new BitSet();

    /// Slots that were on their way to it then.
    BitSet importing = new BitSet();

    /// All slots that its node's jobs told of.
    BitSet jobs = new BitSet();

    /// Every command up to here was run by the owner of its slot, save in slots that are lost.
    long confirmed = -1;

    /// The same one answer earlier.
    long previous = -1;

    /// An offset behind all that the node had run when it was last asked.
    long last = -1;

    /// Ownerships that ended, by slot, until the pipeline gives the slot up.
    final Map<Integer, Deque<Tenure>> ended = new HashMap<>();

    /// Slots that the pipeline waits for, and that were found empty and of no concern to its node:
    /// whatever was run for them is undone.
    BitSet vacant = new BitSet();

    /// Slots that the pipeline holds, and that its node neither owned nor imported: it must be
    /// found to have no key there, or it has but forgotten that it imports them, by a failover.
    final BitSet doubted = new BitSet();

    /// The shard is dissolved.
    boolean gone;

    /// How often the node was seen to have nothing to do with a slot that the pipeline waits for.
    final Map<Integer, Integer> unseen = new HashMap<>();

    /// How far the pipeline has read its stream.
    long processed = -1;

    final List<Integer> granted = new ArrayList<>();

    /// Slots of a snapshot that waits for them.
    final BitSet wanted = new BitSet();

    /// Slots of its last snapshot, until it gives them up.
    final BitSet copied = new BitSet();

    /// Slots that it was given and that may hold keys of which its stream does not tell.
    final BitSet unswept = new BitSet();

    /// Whether it has to copy its shard again: keys of it are told by no stream.
    boolean incomplete;

    /// Slots that it has held since the ledger was made.
    final BitSet touched = new BitSet();

    /// Whether its snapshot may meet keys that another pipeline has brought.
    boolean follows;

    final AtomicBoolean news = new AtomicBoolean();
    boolean urgent;
    Runnable nudge = () -> {};
    Runnable wake = () -> {};

    Party() {
        Arrays.fill(changedBefore, -1);
    }

    /// Takes what its node said.
    void see(Sighting sighting) {
        if (sighting.before() < last) {
            // The node began a history of its own.
            Arrays.fill(changedBefore, -1);
        }
        if (asked) {
            BitSet changed = sighting.owned();
            changed.xor(seen);
            changed.stream().forEach(slot -> changedBefore[slot] = sighting.after());
        }
        previous = confirmed;
        confirmed = sighting.before();
        last = sighting.after();
        looks++;
        BitSet owned = sighting.owned();
        BitSet gained = sighting.owned();
        gained.andNot(seen);
        gained.stream().forEach(slot -> ownedSince[slot] = looks);
        seen = owned;
        importing = sighting.importing();
        jobs = sighting.exported();
        vacant = sighting.empty();
        vacant.andNot(seen);
        vacant.andNot(importing);
        asked = true;
        urgent = false;
    }

    /// Forgets what was found out for the sake of what the pipeline held.
    void forget() {
        ended.clear();
        granted.clear();
        vacant.clear();
        doubted.clear();
        unswept.clear();
    }

    /// The same, save how slots were lost to jobs of the server: that cannot be found out again.
    ///
    /// @param slots that the pipeline holds or waits for
    /// @param left how its shard lost some of them, as an earlier process noted it
    void forgetFor(BitSet slots, List<SlotState.Departed> left) {
        Map<Integer, List<Tenure>> known = exported(slots);
        forget();
        left.forEach(one ->
                one.slots().stream()
                        .filter(slots::get)
                        .forEach(slot ->
                                end(slot, one.tenure().confirmed(), one.tenure().end(), true)));
        known.forEach((slot, all) -> {
            Deque<Tenure> noted = ended.get(slot);
            long last = noted == null ? -1 : noted.getLast().end();
            all.stream()
                    .filter(one -> one.end() > last)
                    .forEach(one -> end(slot, one.confirmed(), one.end(), true));
        });
    }

    /// How slots were lost to jobs of the server, that are not given up yet.
    Map<Integer, List<Tenure>> exported(BitSet slots) {
        Map<Integer, List<Tenure>> exported = new TreeMap<>();
        ended.forEach((slot, all) -> {
            List<Tenure> some = all.stream().filter(Tenure::exported).toList();
            if (slots.get(slot) && !some.isEmpty()) {
                exported.put(slot, some);
            }
        });
        return exported;
    }

    /// Whether its node had nothing to do with a slot.
    boolean isUninvolved(int slot) {
        return !seen.get(slot) && !importing.get(slot);
    }

    /// It has to copy its shard again.
    void lack() {
        incomplete = true;
        wake.run();
    }

    /// Asks its monitor to look at its node soon.
    void hurry() {
        urgent = true;
        nudge.run();
    }

    void note() {
        news.set(!ended.isEmpty() || !granted.isEmpty() || !vacant.isEmpty());
        wake.run();
    }

    void end(int slot, long confirmed, long end, boolean exported) {
        ended.computeIfAbsent(slot, key -> new ArrayDeque<>())
                .add(new Tenure(confirmed, end, exported));
    }

    /// An ownership is over when the node is found to have no key in the slot either.
    void endLater(int slot) {
        doubted.set(slot);
        hurry();
    }

    /// Makes one of an ownership that ended and the one behind it, when commands of both were
    /// applied.
    boolean joins(int slot, long applied) {
        Tenure first = firstEnd(slot);
        if (first == null || applied <= first.end()) {
            return false;
        }
        forgetFirstEnd(slot);
        endLater(slot);
        // What was held back as a later ownership's is not.
        granted.add(slot);
        note();
        return true;
    }

    /// The slots of which an ownership ended before a place, save those that were given and not
    /// taken yet.
    BitSet endedBefore(long offset) {
        BitSet due = new BitSet();
        ended.forEach((slot, all) -> {
            Tenure first = all.peek();
            due.set(slot, first != null && first.end() <= offset);
        });
        granted.forEach(due::clear);
        return due;
    }

    List<Integer> takeGranted(long offset) {
        List<Integer> taken = new ArrayList<>(granted);
        taken.removeIf(slot -> {
            Tenure first = firstEnd(slot);
            return first != null
                    && first.exported()
                    && first.end() > offset
                    && first.end() != Long.MAX_VALUE;
        });
        granted.removeAll(taken);
        note();
        return taken;
    }

    @Nullable Tenure firstEnd(int slot) {
        Deque<Tenure> all = ended.get(slot);
        return all == null ? null : all.peek();
    }

    boolean endedBetween(int slot, long from, long to) {
        Deque<Tenure> all = ended.get(slot);
        return all != null
                && all.stream().anyMatch(tenure -> tenure.end() > from && tenure.end() < to);
    }

    /// Whether an ownership that began at a place was over at another, where the shard deleted all.
    /// A job does not outlive that: what its node ran since it was last confirmed, it ran without
    /// the slot.
    boolean survives(int slot, long from, long to) {
        Deque<Tenure> all = ended.get(slot);
        return all != null
                && all.stream()
                        .anyMatch(tenure ->
                                tenure.end() > from
                                        && (tenure.exported() ? tenure.confirmed() : tenure.end())
                                                < to);
    }

    void forgetFirstEnd(int slot) {
        Deque<Tenure> all = ended.get(slot);
        if (all != null) {
            all.poll();
            if (all.isEmpty()) {
                ended.remove(slot);
            }
        }
    }
}
