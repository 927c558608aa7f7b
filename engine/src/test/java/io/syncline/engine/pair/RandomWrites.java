package io.syncline.engine.pair;

import io.syncline.testkit.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/// A user that writes whatever comes to its mind to few keys, so that two of them at two sites are
/// in each other's way all the time.
final class RandomWrites implements AutoCloseable {
    private static final int DATABASES = 2;

    /// Users who write as fast as they can only measure the machine.
    private static final long PAUSE_NANOS = 2_000_000;

    private final SplittableRandom random;
    private final Endpoint endpoint;
    private final int keys;
    private final boolean flushes;
    private final AtomicLong done = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile String failure = "";

    RandomWrites(Endpoint endpoint, long seed, int keys, boolean flushes) {
        this.endpoint = endpoint;
        this.random = new SplittableRandom(seed);
        this.keys = keys;
        this.flushes = flushes;
        thread = Thread.ofPlatform().name("writes " + seed).daemon().start(this::run);
    }

    private void run() {
        try (Jedis jedis = endpoint.client()) {
            while (!stopping) {
                step(jedis);
                done.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            failure = e.toString();
        }
    }

    private void step(Jedis jedis) {
        call(jedis, "SELECT", "" + random.nextInt(DATABASES));
        if (random.nextInt(8) > 0) {
            call(jedis, command());
            return;
        }
        call(jedis, "MULTI");
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            call(jedis, command());
        }
        call(jedis, "EXEC");
    }

    /// Wrong types are part of the game.
    private static void call(Jedis jedis, String... words) {
        try {
            byte[][] arguments = new byte[words.length - 1][];
            for (int i = 1; i < words.length; i++) {
                arguments[i - 1] = words[i].getBytes(StandardCharsets.UTF_8);
            }
            byte[] name = words[0].getBytes(StandardCharsets.UTF_8);
            jedis.sendCommand(() -> name, arguments);
        } catch (JedisDataException e) {
            if (e.getMessage() == null || e.getMessage().startsWith("NOAUTH")) {
                throw e;
            }
        }
    }

    private String key() {
        return "k" + random.nextInt(keys);
    }

    private String value() {
        return "v" + random.nextInt(1_000_000);
    }

    private String[] command() {
        String key = key();
        String number = Integer.toString(random.nextInt(100));
        return switch (random.nextInt(34)) {
            case 0, 1, 2 -> of("SET", key, value());
            case 3 -> of("SET", key, number);
            case 4 -> of("SET", key, value(), "PX", "" + random.nextInt(50, 5_000));
            case 5 -> of("APPEND", key, value());
            case 6, 7 -> of("INCRBY", key, number);
            case 8 -> of("DEL", key);
            case 9 -> of("DEL", key, key(), key());
            case 10 -> of("SADD", key, number, value());
            case 11 -> of("SREM", key, number);
            case 12 -> of("SPOP", key);
            case 13, 14 -> of("HSET", key, "f" + random.nextInt(5), value());
            case 15 -> of("HDEL", key, "f" + random.nextInt(5));
            case 16 -> of("HINCRBY", key, "n", number);
            case 17 -> of("RPUSH", key, value());
            case 18 -> of("LPUSH", key, value(), value());
            case 19 -> of("LPOP", key);
            case 20 -> of("ZADD", key, number, "m" + random.nextInt(5));
            case 21 -> of("ZINCRBY", key, number, "m" + random.nextInt(5));
            case 22 -> of("ZREM", key, "m" + random.nextInt(5));
            case 23 -> of("RENAME", key, key());
            case 24 -> of("MSET", key, value(), key(), value());
            case 25 -> of("PEXPIRE", key, "" + random.nextInt(10, 3_000));
            case 26 -> of("PERSIST", key);
            case 27 -> of("SUNIONSTORE", key, key(), key());
            case 28 -> of("XADD", key, "*", "f", value());
            case 29 -> of("SETBIT", key, number, "1");
            case 30 -> of("GETSET", key, value());
            case 31 -> of("SMOVE", key, key(), number);
            case 32 -> of("EVAL", "redis.call('SET', KEYS[1], ARGV[1])", "1", key, value());
            default ->
                    flushes && random.nextInt(20) == 0
                            ? of(random.nextBoolean() ? "FLUSHDB" : "FLUSHALL")
                            : of("SETRANGE", key, number, value());
        };
    }

    private static String[] of(String... words) {
        return words;
    }

    long done() {
        return done.get();
    }

    /// Stops, and says why it stopped earlier, if it did.
    String stop() {
        stopping = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return done + " writes " + failure;
    }

    /// For messages.
    static List<String> failures(List<RandomWrites> all) {
        List<String> failures = new ArrayList<>();
        for (RandomWrites each : all) {
            String failure = each.stop();
            if (!failure.isEmpty()) {
                failures.add(failure);
            }
        }
        return failures;
    }
}
