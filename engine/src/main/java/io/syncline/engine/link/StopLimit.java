package io.syncline.engine.link;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Bounds how long a stop may take. A side that hangs, a process that was halted for example, would
/// hold a clean stop up until its answer counts as missing, a minute for a batch. Behind the limit
/// every connection is closed: nothing is lost by that, since what was not answered is looked up at
/// the next start.
final class StopLimit {
    /// Long enough for a window of batches over a slow line; with what comes behind it a stop takes
    /// less than five seconds.
    private static final Duration LIMIT = Duration.ofSeconds(4);

    private final Runnable cut;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    /// @param cut closes every connection
    StopLimit(Runnable cut) {
        this.cut = cut;
    }

    /// A stop begins.
    void begin() {
        if (begun.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("stop limit").start(this::watch);
        }
    }

    private void watch() {
        try {
            if (!ended.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                cut.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// All has ended.
    void end() {
        ended.countDown();
    }
}
