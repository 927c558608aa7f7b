package io.syncline.engine.twoway;

/// The pair of one slot, for as long as anything of the slot is on its way.
final class SlotPair {
    final int slot;
    final Pair pair;
    final PairNode[] nodes;

    /// The lane that serves it, by site; [#NO_LANE] for none.
    final int[] lanes = {NO_LANE, NO_LANE};

    final boolean[] due = new boolean[2];

    /// Questions on their way that are to be answered, by site.
    final int[] open = new int[2];

    /// What this slot was last counted with, at its nodes.
    final long[] waitingBytes = new long[2];

    final boolean[] owed = new boolean[2];
    int latched;

    /// Nothing was on its way any more: a later write of the slot gets a new pair.
    boolean gone;

    static final int NO_LANE = -1;

    SlotPair(int slot, Pair pair, PairNode source, PairNode target) {
        this.slot = slot;
        this.pair = pair;
        this.nodes = new PairNode[] {source, target};
    }

    PairNode node(Site site) {
        return nodes[site.index()];
    }

    /// Its streams were read so far.
    void advance() {
        for (Site site : Site.values()) {
            pair.passed(site, node(site).place);
        }
    }

    boolean isBound() {
        return lanes[0] != NO_LANE || lanes[1] != NO_LANE;
    }
}
