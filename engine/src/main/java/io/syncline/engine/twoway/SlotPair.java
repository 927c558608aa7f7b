package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// The pair of one slot, for as long as anything of the slot is on its way.
final class SlotPair {
    final int slot;
    final Pair pair;
    final PairNode[] nodes;

    /// How many owners the slot had before, by site.
    final int[] terms;

    /// The lane that serves it, by site; [#NO_LANE] for none.
    final int[] lanes = {NO_LANE, NO_LANE};

    final boolean[] due = new boolean[2];

    /// Questions on their way that are to be answered, by site.
    final int[] open = new int[2];

    /// What this slot was last counted with, at its nodes.
    final long[] waitingBytes = new long[2];

    final boolean[] owed = new boolean[2];
    int latched;

    /// What was read of it and must wait; null while nothing must.
    @Nullable HeldSlot held;

    /// Nothing was on its way any more: a later write of the slot gets a new pair.
    boolean gone;

    static final int NO_LANE = -1;

    SlotPair(int slot, Pair pair, PairNode source, PairNode target, int[] terms) {
        this.slot = slot;
        this.pair = pair;
        this.nodes = new PairNode[] {source, target};
        this.terms = terms;
    }

    PairNode node(Site site) {
        return nodes[site.index()];
    }

    /// An offset of its present owner's stream, within the slot.
    long offset(Site site, long offset) {
        return Terms.offset(terms[site.index()], offset);
    }

    /// How far its present owner's stream is read.
    StreamPlace place(Site site) {
        return Terms.place(terms[site.index()], node(site).place);
    }

    /// Its streams were read so far, unless some of that waits.
    void advance() {
        if (held == null) {
            for (Site site : Site.values()) {
                pair.passed(site, place(site));
            }
        }
    }

    boolean isBound() {
        return lanes[0] != NO_LANE || lanes[1] != NO_LANE;
    }

    /// Whether it is on its way between nodes, so that it cannot be written.
    boolean isMoving() {
        HeldSlot present = held;
        return present != null && present.isMoving();
    }

    boolean isMoving(Site site) {
        HeldSlot present = held;
        return present != null && present.isMoving(site);
    }

    /// Whether nothing is under way to any node.
    boolean isIdle() {
        return !isBound() && open[0] == 0 && open[1] == 0;
    }
}
