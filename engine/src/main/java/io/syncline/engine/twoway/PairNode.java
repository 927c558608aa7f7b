package io.syncline.engine.twoway;

import java.util.ArrayDeque;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// One primary of a site, as [SlotPairs] sees it: how far its stream is read, what waits for what
/// stands in it, and which slots its lanes serve.
final class PairNode {
    final Site site;
    final BitSet slots;

    /// Its number at its site.
    final int index;

    /// What must be read before this node's slots are written, after a start.
    final long fence;

    /// How far its stream is read.
    StreamPlace place;

    /// Bytes of what was read here and not sent to the other site.
    long waitingBytes;

    /// Slots with an echo in this stream that is not read yet.
    int owed;

    /// Keys of this node's slots that are latched.
    int latched;

    /// Slots that have something to do here and no lane.
    final ArrayDeque<SlotPair> due = new ArrayDeque<>();

    /// What each lane serves.
    final @Nullable SlotPair[] lanes;

    PairNode(
            Site site, int index, BitSet slots, StreamPlace begin, long fence, int laneCount) {
        this.site = site;
        this.index = index;
        this.slots = (BitSet) slots.clone();
        this.place = begin;
        this.fence = fence;
        this.lanes = new SlotPair[laneCount];
    }

    boolean isReady() {
        return place.offset() >= fence;
    }
}
