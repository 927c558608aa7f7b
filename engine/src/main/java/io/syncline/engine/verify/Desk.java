package io.syncline.engine.verify;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Where batches wait for a worker: fresh ones, and those whose suspects are to be looked at again
/// at a later time, which go first.
final class Desk {
    /// Enough that no worker waits for a scan.
    private static final int FRESH_LIMIT = 16;

    /// Suspects are kept in memory; beyond this scans wait. A target that lacks everything is then
    /// verified at this many keys per pause.
    static final long CHECKING_LIMIT = 200_000;

    /// Keeps the verdicts that wait for an earlier batch's few.
    static final int OPEN_LIMIT = 8_192;

    private static final int POLL_MILLIS = 10;

    private final BlockingQueue<Task> fresh = new ArrayBlockingQueue<>(FRESH_LIMIT);
    private final DelayQueue<Task> later = new DelayQueue<>();
    private final AtomicLong checking = new AtomicLong();
    private volatile boolean doubtful;

    /// @param suspects null for a batch that was not looked at yet
    record Task(KeyBatch batch, @Nullable List<Suspect> suspects, long dueNanos)
            implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(
                    getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    /// Adds a fresh batch when there is room.
    boolean offer(KeyBatch batch) throws InterruptedException {
        return fresh.offer(new Task(batch, null, 0), POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    void again(KeyBatch batch, List<Suspect> suspects, long pauseNanos) {
        checking.addAndGet(suspects.size());
        later.add(new Task(batch, suspects, System.nanoTime() + pauseNanos));
    }

    /// The next task, or null when there is none for a moment.
    @Nullable Task take() throws InterruptedException {
        Task due = later.poll();
        if (due == null) {
            due = fresh.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (due != null && due.suspects != null) {
            checking.addAndGet(-due.suspects.size());
        }
        return due;
    }

    /// A key was not plainly there and equal at both sides.
    void doubt() {
        doubtful = true;
    }

    boolean isDoubtful() {
        return doubtful;
    }

    /// Suspects that wait.
    long checking() {
        return checking.get();
    }
}
