package io.syncline.engine.twoway;

/// How a slot's places are counted on when the slot changes its owner: an offset within the slot is
/// the number of the *term*, which grows with each owner, and the offset in that owner's stream. So
/// places of one slot compare as if it had one stream, whoever owned it.
final class Terms {
    /// 281 TB of stream, and 32,767 changes of the owner.
    private static final int OFFSET_BITS = 48;

    private static final int MOST = (1 << (Long.SIZE - 1 - OFFSET_BITS)) - 1;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

    private Terms() {}

    static long offset(int term, long offset) {
        if (offset > OFFSET_MASK || term > MOST) {
            throw new IllegalArgumentException(
                    "a slot's place " + term + ", " + offset + " is beyond what can be counted");
        }
        return ((long) term << OFFSET_BITS) + offset;
    }

    static StreamPlace place(int term, StreamPlace place) {
        return term == 0
                ? place
                : new StreamPlace(place.stream(), offset(term, place.offset()), place.database());
    }

    /// Of an offset within a slot.
    static int of(long offset) {
        return (int) (offset >> OFFSET_BITS);
    }

    /// The offset in the owner's stream.
    static long plain(long offset) {
        return offset & OFFSET_MASK;
    }
}
