package io.syncline.engine.target;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Ceilings on what is written to a target, shared by all pipelines of a link; may change while it
/// runs. A debt scheme: a batch larger than a second's allowance passes and is waited for
/// afterwards.
public final class Throttle {
    /// More at once would be no ceiling but a mean: bursts with pauses between them.
    private static final int TURNS_PER_SECOND = 10;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile long turnCommands;
    private volatile long turnBytes;
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
        turnCommands = turn(commands);
        turnBytes = turn(bytes);
    }

    private static long turn(long perSecond) {
        return perSecond <= 0 ? Long.MAX_VALUE : Math.max(1, perSecond / TURNS_PER_SECOND);
    }

    /// Whether so much should go before more is gathered. For the hot path: takes no lock.
    boolean isTurn(long commands, long bytes) {
        return commands >= turnCommands || bytes >= turnBytes;
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
