package io.syncline.engine.link;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;

/// Looks at a hash again and again: is it there, with all of its fields?
final class Presence implements AutoCloseable {
    private final Thread thread;
    private volatile boolean stopped;
    private volatile int looks;
    private volatile int missed;

    Presence(RedisServer server, String key, long fields) {
        thread = Thread.ofPlatform().daemon().name("presence").start(() -> run(server, key, fields));
    }

    private void run(RedisServer server, String key, long fields) {
        try (Wire wire = server.endpoint().connect()) {
            while (!stopped) {
                looks++;
                if (wire.number("HLEN", key) != fields) {
                    missed++;
                }
            }
        }
    }

    int looks() {
        return looks;
    }

    int missed() {
        return missed;
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
