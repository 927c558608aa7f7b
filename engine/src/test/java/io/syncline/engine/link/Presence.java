package io.syncline.engine.link;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;
import java.util.concurrent.atomic.AtomicInteger;

/// Looks at a hash again and again: is it there, with all of its fields?
final class Presence implements AutoCloseable {
    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger missed = new AtomicInteger();

    Presence(RedisServer server, String key, long fields) {
        thread =
                Thread.ofPlatform().daemon().name("presence").start(() -> run(server, key, fields));
    }

    private void run(RedisServer server, String key, long fields) {
        try (Wire wire = server.endpoint().connect()) {
            while (!stopped) {
                looks.incrementAndGet();
                if (wire.number("HLEN", key) != fields) {
                    missed.incrementAndGet();
                }
            }
        }
    }

    int looks() {
        return looks.get();
    }

    int missed() {
        return missed.get();
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
