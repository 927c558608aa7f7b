package io.syncline.engine.pair;

import io.syncline.testkit.Endpoint;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;

/// A user whose writes can be counted: INCR, APPEND and LPUSH on keys of its own, in several
/// databases, and INCRBY on one key that the other site counts on too.
final class CountingWrites implements AutoCloseable {
    static final int DATABASES = 3;
    private static final int KEYS = 5;
    private static final long PAUSE_NANOS = 1_000_000;

    private final Endpoint endpoint;
    private final String name;
    private final SplittableRandom random;
    private final Thread thread;
    private final AtomicLong increments = new AtomicLong();
    private final AtomicLong appended = new AtomicLong();
    private final AtomicLong pushed = new AtomicLong();
    private final AtomicLong shared = new AtomicLong();
    private volatile boolean stopping;
    private volatile String failure = "";

    CountingWrites(Endpoint endpoint, String name, long seed) {
        this.endpoint = endpoint;
        this.name = name;
        this.random = new SplittableRandom(seed);
        thread = Thread.ofPlatform().name("counts at " + name).daemon().start(this::run);
    }

    private void run() {
        try (Jedis jedis = endpoint.client()) {
            while (!stopping) {
                jedis.select(random.nextInt(DATABASES));
                String key = name + ":" + random.nextInt(KEYS);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        jedis.incr(key + ":count");
                        increments.incrementAndGet();
                    }
                    case 1 -> {
                        jedis.append(key + ":text", "x");
                        appended.incrementAndGet();
                    }
                    case 2 -> {
                        jedis.lpush(key + ":list", "x");
                        pushed.incrementAndGet();
                    }
                    default -> {
                        jedis.incrBy("shared", 3);
                        shared.addAndGet(3);
                    }
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            failure = e.toString();
        }
    }

    long total() {
        return increments.get() + appended.get() + pushed.get();
    }

    long shared() {
        return shared.get();
    }

    String stop() {
        stopping = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }

    /// What the writes under this name come to at a site.
    long counted(Jedis jedis) {
        long counted = 0;
        for (int database = 0; database < DATABASES; database++) {
            jedis.select(database);
            for (int i = 0; i < KEYS; i++) {
                String key = name + ":" + i;
                String count = jedis.get(key + ":count");
                counted += count == null ? 0 : Long.parseLong(count);
                counted += jedis.strlen(key + ":text") + jedis.llen(key + ":list");
            }
        }
        return counted;
    }

    static long sharedAt(Jedis jedis) {
        long sum = 0;
        for (int database = 0; database < DATABASES; database++) {
            jedis.select(database);
            String value = jedis.get("shared");
            sum += value == null ? 0 : Long.parseLong(value);
        }
        return sum;
    }

    @Override
    public void close() {
        stop();
    }
}
