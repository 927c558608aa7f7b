package io.syncline.engine.pair;

/// How large guarded transactions should be. A server compares each watched key with those before
/// it, so small ones are cheap; each takes a round trip, so where that is long, large ones are
/// fast.
final class Pace {
    /// Where an answer takes no time: enough to share what a transaction costs by itself.
    private static final int FEWEST = 128;

    /// Servers before Valkey 9.1 take some 4 ns for each two keys of a WATCH, and may take a tenth
    /// of the time that an answer takes anyway.
    private static final int NANOS_PER_SQUARE = 40;

    /// A short answer counts less with each longer one behind it.
    private static final int FADING = 16;

    private long roundTripNanos;

    /// An answer came.
    void answered(long nanos) {
        roundTripNanos = Math.min(nanos, roundTripNanos + roundTripNanos / FADING + 1_000);
    }

    /// Most units of a transaction.
    ///
    /// @param most the user's limit
    int units(int most) {
        int fitting = (int) Math.sqrt((double) roundTripNanos / NANOS_PER_SQUARE);
        return Math.min(most, Math.max(FEWEST, fitting));
    }
}
