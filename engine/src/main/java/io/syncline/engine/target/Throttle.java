package io.syncline.engine.target;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Ceilings on what is written to a target, shared by all pipelines of a link; may change while it
/// runs. A debt scheme: a batch larger than a second's allowance passes and is waited for
/// afterwards.
public final class Throttle {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private long commandsPerSecond;
    private long bytesPerSecond;
    private long commandsFreeNanos;
    private long bytesFreeNanos;

    /// Zero is no ceiling.
    public Throttle(long commandsPerSecond, long bytesPerSecond) {
        limits(commandsPerSecond, bytesPerSecond);
    }

    /// Changes the ceilings.
    public synchronized void limits(long commands, long bytes) {
        commandsPerSecond = commands;
        bytesPerSecond = bytes;
    }

    /// Waits until this much may be written.
    public void await(long commands, long bytes) {
        long until = reserve(commands, bytes, System.nanoTime());
        for (long left = until - System.nanoTime();
                left > 0 && !stopped.get();
                left = until - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, 50_000_000));
        }
    }

    private synchronized long reserve(long commands, long bytes, long now) {
        if (commandsPerSecond <= 0 && bytesPerSecond <= 0) {
            return now;
        }
        long start = now;
        if (commandsPerSecond > 0) {
            commandsFreeNanos = Math.max(commandsFreeNanos, now);
            start = Math.max(start, commandsFreeNanos);
            commandsFreeNanos += commands * 1_000_000_000L / commandsPerSecond;
        }
        if (bytesPerSecond > 0) {
            bytesFreeNanos = Math.max(bytesFreeNanos, now);
            start = Math.max(start, bytesFreeNanos);
            bytesFreeNanos += (long) (bytes * 1e9 / bytesPerSecond);
        }
        return start;
    }

    /// Lets everyone through from now on: the link is stopping.
    public void stop() {
        stopped.set(true);
    }
}
