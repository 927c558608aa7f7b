package io.syncline.engine.link;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Asks a server again and again, and tells how long the slowest answer took.
final class Pings implements AutoCloseable {
    private static final long PAUSE_NANOS = 1_000_000;

    private final Thread thread;
    private volatile boolean stopped;
    private volatile long longestNanos;

    Pings(RedisServer server) {
        thread = Thread.ofPlatform().daemon().name("pings").start(() -> run(server));
    }

    private void run(RedisServer server) {
        try (Wire wire = server.endpoint().connect()) {
            wire.call("PING");
            while (!stopped) {
                long start = System.nanoTime();
                wire.call("PING");
                longestNanos = Math.max(longestNanos, System.nanoTime() - start);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
