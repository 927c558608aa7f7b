package io.syncline.server.boot;

/// Keeps the memory of the process near what it needs. The collector of small heaps (Serial) takes
/// new memory for what lives for a moment too long, up to the most that it may have, before it
/// looks whether any of it is still needed: a two-way link that works through a long backlog came
/// to 1.5 GB, of which 85 MB were in use.
public final class HeapPace {
    private static final int PERIOD_MILLIS = 250;

    /// What a one-way task never comes to, so that it pays nothing.
    private static final long SMALL_BYTES = 96L << 20;

    private HeapPace() {}

    /// Until the process ends. A thread of its own: it must not wait for a task's.
    public static void start() {
        Thread.ofPlatform().name("heap-pace").daemon().start(HeapPace::run);
    }

    private static void run() {
        long kept = 0;
        try {
            while (true) {
                Thread.sleep(PERIOD_MILLIS);
                if (isDue(used(), kept)) {
                    System.gc();
                    kept = used();
                }
                // What was needed then may have become less.
                kept = Math.min(kept, used());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @param kept what was in use behind the last collection, in bytes
    static boolean isDue(long used, long kept) {
        return used - kept > Math.max(SMALL_BYTES, kept);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
