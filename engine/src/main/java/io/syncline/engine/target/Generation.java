package io.syncline.engine.target;

/// Who may write a pipeline: the start of a task counts high, each new connection of that start
/// low, so that a later start outranks every connection of an earlier one.
public final class Generation {
    /// Reconnections of one start; at the shortest delay this is years.
    private static final long ATTEMPTS = 1_000_000_000L;

    private Generation() {}

    /// The first generation of a start.
    public static long first(long start) {
        return start * ATTEMPTS;
    }

    /// Whether both belong to the same start of the task.
    public static boolean sameStart(long one, long other) {
        return one / ATTEMPTS == other / ATTEMPTS;
    }

    public static long start(long generation) {
        return generation / ATTEMPTS;
    }
}
