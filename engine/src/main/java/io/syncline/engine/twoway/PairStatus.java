package io.syncline.engine.twoway;

/// The numbers of one direction of a pair.
///
/// @param read how far its origin's stream is read
/// @param settled how far that is known to be done at the destination
/// @param oldestMillis when the first write that is not settled was made, or NOTHING_WAITS
/// @param queuedUnits read and not settled
/// @param waitingBytes read and not sent, in bytes of the stream
/// @param covered keys copied as a whole whose place both markers do not have yet
/// @param keys keys with anything in flight, of both directions
/// @param latched keys being repaired, of both directions
public record PairStatus(
        long read,
        long settled,
        long oldestMillis,
        int queuedUnits,
        long waitingBytes,
        int covered,
        int keys,
        int latched) {
    public static final long NOTHING_WAITS = -1;

    /// How far the origin may believe its stream to be safe elsewhere.
    public long acknowledged() {
        return queuedUnits == 0 ? read : Math.min(read, settled);
    }
}
