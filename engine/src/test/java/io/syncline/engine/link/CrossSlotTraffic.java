package io.syncline.engine.link;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.exceptions.JedisDataException;

/// Random commands over several slots on few keys, so that each reads what others have just
/// written; from one seed. Any one that is done twice, or on other values, is seen at the end.
final class CrossSlotTraffic implements AutoCloseable {
    private static final int KEYS = 6;

    /// What one process follows easily beside everything else that a test machine does.
    private static final long PAUSE_NANOS = 1_000_000;

    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    CrossSlotTraffic(RedisServer source, long seed) {
        thread = Thread.ofVirtual().start(() -> run(source, new Random(seed)));
    }

    private void run(RedisServer source, Random random) {
        try (Wire wire = source.endpoint().connect()) {
            while (!stopped) {
                boolean transaction = random.nextInt(10) == 0;
                int commands = transaction ? 5 : 1;
                if (transaction) {
                    wire.call("MULTI");
                }
                for (int i = 0; i < commands; i++) {
                    call(wire, command(random, Integer.toString(count.get())));
                }
                if (transaction) {
                    wire.call("EXEC");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void call(Wire wire, Object[] command) {
        try {
            wire.call(command);
            count.incrementAndGet();
        } catch (JedisDataException e) {
            // Renaming what is not there, or a key to itself: nothing changes, nothing is streamed.
            refused.incrementAndGet();
        }
    }

    private static Object[] command(Random random, String number) {
        String list = key(random, "list");
        String otherList = key(random, "list");
        String set = key(random, "set");
        String otherSet = key(random, "set");
        String sorted = key(random, "sorted");
        String otherSorted = key(random, "sorted");
        String text = key(random, "text");
        String otherText = key(random, "text");
        String member = "m" + random.nextInt(30);
        return switch (random.nextInt(18)) {
            case 0, 1 -> words("RPUSH", list, number);
            case 2 -> words("LMOVE", list, otherList, "LEFT", "RIGHT");
            case 3 -> words("RPOPLPUSH", list, otherList);
            case 4 -> words("RENAME", list, otherList);
            case 5 -> words("SADD", set, member, number);
            case 6 -> words("SMOVE", set, otherSet, member);
            case 7 -> words("SUNIONSTORE", key(random, "set"), set, otherSet);
            case 8 -> words("SDIFFSTORE", key(random, "set"), set, otherSet);
            case 9 -> words("ZINCRBY", sorted, 1, member);
            case 10 ->
                    words(
                            "ZUNIONSTORE",
                            key(random, "sorted"),
                            2,
                            sorted,
                            otherSorted,
                            "WEIGHTS",
                            1,
                            0.5);
            case 11 -> words("ZINTERSTORE", key(random, "sorted"), 2, sorted, otherSorted);
            case 12 -> words("APPEND", text, number);
            case 13 -> words("RENAMENX", text, otherText);
            case 14 -> words("COPY", text, otherText, "REPLACE");
            case 15 -> words("BITOP", "XOR", key(random, "text"), text, otherText);
            case 16 -> words("LTRIM", list, 0, 20);
            default -> words("SETRANGE", text, 0, number);
        };
    }

    private static Object[] words(Object... words) {
        return words;
    }

    private static String key(Random random, String type) {
        return type + ":" + random.nextInt(KEYS);
    }

    int refused() {
        return refused.get();
    }

    int count() {
        return count.get();
    }

    void stop() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
