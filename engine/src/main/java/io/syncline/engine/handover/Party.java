package io.syncline.engine.handover;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What a [SlotLedger] knows of one pipeline's shard; guarded by the ledger.
final class Party {
    /// Whether it has said what it holds, and its node what it owns: before all have, nothing is
    /// given to anyone.
    boolean registered;

    boolean asked;

    /// What its node owned when it was last asked.
    BitSet seen = new BitSet();

    /// Slots that were on their way to it then.
    BitSet importing = new BitSet();

    /// All slots that its node's jobs told of.
    BitSet jobs = new BitSet();

    /// Every command up to here was run by the owner of its slot, save in slots that are lost.
    long confirmed = -1;

    /// An offset behind all that the node had run when it was last asked.
    long last = -1;

    /// Ownerships that ended, by slot, until the pipeline gives the slot up.
    final Map<Integer, Deque<Tenure>> ended = new HashMap<>();

    /// How often the node was seen to have nothing to do with a slot that the pipeline waits for.
    final Map<Integer, Integer> unseen = new HashMap<>();

    /// How far the pipeline has read its stream.
    long processed = -1;

    final List<Integer> granted = new ArrayList<>();

    /// Slots of a snapshot that waits for them.
    final BitSet wanted = new BitSet();

    final AtomicBoolean news = new AtomicBoolean();
    boolean urgent;
    Runnable nudge = () -> {};
    Runnable wake = () -> {};

    void note() {
        news.set(!ended.isEmpty() || !granted.isEmpty());
        wake.run();
    }

    void end(int slot, long confirmed, long end, boolean exported) {
        ended.computeIfAbsent(slot, key -> new ArrayDeque<>())
                .add(new Tenure(confirmed, end, exported));
    }

    @Nullable Tenure firstEnd(int slot) {
        Deque<Tenure> all = ended.get(slot);
        return all == null ? null : all.peek();
    }

    boolean endedBetween(int slot, long from, long to) {
        Deque<Tenure> all = ended.get(slot);
        return all != null
                && all.stream().anyMatch(tenure -> tenure.end() >= from && tenure.end() < to);
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
