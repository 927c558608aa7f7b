package io.syncline.engine.verify;

import io.syncline.engine.target.Throttle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// How fast all workers together may read, and when they stop.
final class Pace {
    private final Throttle throttle;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicLong bytes = new AtomicLong();

    Pace(VerifyOptions.Limits limits) {
        throttle = new Throttle(limits.keysPerSecond(), limits.bytesPerSecond());
    }

    /// Counts what was read and waits until more may be.
    void took(long keys, SideLinks source, SideLinks target) {
        long received = source.takeReceived() + target.takeReceived();
        bytes.addAndGet(received);
        throttle.await(keys, received);
        check();
    }

    long bytes() {
        return bytes.get();
    }

    /// Waits, unless told to stop meanwhile.
    void pause(long millis) {
        try {
            if (stopped.await(millis, TimeUnit.MILLISECONDS)) {
                throw new CancelledException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        }
    }

    void check() {
        if (isStopped()) {
            throw new CancelledException();
        }
    }

    boolean isStopped() {
        return stopped.getCount() == 0;
    }

    void stop() {
        stopped.countDown();
        throttle.stop();
    }
}
