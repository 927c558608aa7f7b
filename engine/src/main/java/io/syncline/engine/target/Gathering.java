package io.syncline.engine.target;

/// How much of a stream gathers for a cluster before it is sent although more is there.
///
/// When so much waits for no answer, nodes get all they may have unanswered: behind a long line,
/// more must be on its way. Where many slots wait, more gathers, since it is divided among them: a
/// unit costs the node, and us, as much for its mark and its answer as for several commands.
///
/// @param least bytes, for a few slots
/// @param most bytes, for all slots
record Gathering(int least, int most) {
    private static final int LEAST_BYTES = 4 * SlotBatches.BATCH_BYTES;
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_TIMES = 4;

    /// A dozen and more of small commands.
    private static final int UNIT_BYTES = 1 << 10;

    /// In proportion to the window, so that the writers of a run share the memory.
    static Gathering of(long windowBytes) {
        int least = Math.clamp(windowBytes / 2, LEAST_BYTES, MOST_BYTES);
        return new Gathering(least, MOST_TIMES * least);
    }

    /// @param slots that wait
    int bytes(int slots) {
        return Math.clamp((long) slots * UNIT_BYTES, least, most);
    }
}
