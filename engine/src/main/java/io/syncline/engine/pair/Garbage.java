package io.syncline.engine.pair;

import java.util.function.LongSupplier;

/// Has what is no longer used collected before the process has taken all memory that it may.
///
/// A command lives here until its echo is read, which is longer than the young generation keeps it.
/// The serial collector looks at the old one only when that has no more room, and would rather take
/// more from the system. One for all tasks of a process, as the heap is.
final class Garbage {
    static final Garbage OF_PROCESS = new Garbage(Garbage::used, System::gc);

    /// What a task may take beyond what it keeps. To collect it takes a tenth of a second or less.
    static final long LEAST_BYTES = 128 << 20;

    private final LongSupplier used;
    private final Runnable collector;

    /// Used behind the last collection, at most.
    private long kept = Long.MAX_VALUE;

    Garbage(LongSupplier used, Runnable collector) {
        this.used = used;
        this.collector = collector;
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// Collects when twice as much is used as was kept.
    synchronized void look() {
        long now = used.getAsLong();
        kept = Math.min(kept, now);
        if (now - kept >= Math.max(LEAST_BYTES, kept)) {
            collector.run();
            kept = used.getAsLong();
        }
    }
}
