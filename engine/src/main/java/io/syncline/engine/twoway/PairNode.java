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

    /// As last counted: slots with a write of this node that is not known to be done at the other
    /// site, their keys with anything in flight, and the oldest such write.
    int queued;

    int keys;
    long oldestOffset = Long.MAX_VALUE;
    long oldestMillis = PairStatus.NOTHING_WAITS;

    /// Slots that have something to do here and no lane.
    final ArrayDeque<SlotPair> due = new ArrayDeque<>();

    /// Whether some of them may be amid a transaction: these go on whatever holds the others back.
    boolean hasStrays;

    /// What each lane serves.
    final @Nullable SlotPair[] lanes;

    PairNode(Site site, int index, BitSet slots, StreamPlace begin, long fence, int laneCount) {
        this.site = site;
        this.index = index;
        this.slots = (BitSet) slots.clone();
        this.place = begin;
        this.fence = fence;
        this.lanes = new SlotPair[laneCount];
    }

    void beginCount() {
        queued = 0;
        keys = 0;
        oldestOffset = Long.MAX_VALUE;
        oldestMillis = PairStatus.NOTHING_WAITS;
    }

    void count(SlotPair slot) {
        keys += slot.pair.ledger().keyCount();
        long first = slot.pair.oldest(site);
        if (first == Long.MAX_VALUE) {
            return;
        }
        // What an owner before this one streamed is no place of this one's.
        boolean own = Terms.of(first) == slot.terms[site.index()];
        count(own ? Terms.plain(first) : Long.MAX_VALUE, slot.pair.oldestMillis(site));
    }

    /// What waits for it to be known what it means.
    void count(StreamUnit parked) {
        count(parked.offset(), parked.millis());
    }

    private void count(long offset, long millis) {
        queued++;
        oldestOffset = Math.min(oldestOffset, offset);
        oldestMillis =
                oldestMillis == PairStatus.NOTHING_WAITS ? millis : Math.min(oldestMillis, millis);
    }

    /// The numbers of its own writes, as last counted.
    PairStatus status() {
        long settled = Math.min(place.offset(), oldestOffset - 1);
        return new PairStatus(
                place.offset(), settled, oldestMillis, queued, waitingBytes, 0, keys, latched);
    }

    boolean isReady() {
        return place.offset() >= fence;
    }
}
