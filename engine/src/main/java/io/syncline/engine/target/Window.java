package io.syncline.engine.target;

/// How many bytes may be on their way to a node and not answered yet.
///
/// To a near node the chosen size does. A far one needs as many as it takes in a round trip, so the
/// window grows with the shortest answer time that was seen: that is the way there and back, and
/// not time that batches waited in line, which no window could make up for.
final class Window {
    /// With 8 MB, the default, this is 400 MB/s: more than one node takes.
    private static final long NEAR_NANOS = 20_000_000;

    /// 64 MB with the default: what a node that takes 300 MB/s needs over 200 ms.
    private static final int MOST_TIMES = 8;

    /// A few lanes together must leave the memory to everything else.
    private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 32;

    /// The first answers also hold what a connection costs at its start.
    private static final int ANSWERS_BEFORE_GROWTH = 8;

    private final long chosen;
    private final long most;
    private long shortestNanos = Long.MAX_VALUE;
    private int answers;

    /// @param chosen bytes; 0: one batch at a time, however far
    Window(long chosen) {
        this(chosen, MOST_BYTES);
    }

    Window(long chosen, long most) {
        this.chosen = chosen;
        this.most = Math.max(chosen, most);
    }

    /// A batch was answered.
    void answered(long afterNanos) {
        shortestNanos = Math.min(shortestNanos, afterNanos);
        answers++;
    }

    long bytes() {
        if (answers < ANSWERS_BEFORE_GROWTH || shortestNanos <= NEAR_NANOS) {
            return chosen;
        }
        double times = Math.min(MOST_TIMES, (double) shortestNanos / NEAR_NANOS);
        return Math.min(most, (long) (chosen * times));
    }
}
