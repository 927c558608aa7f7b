package io.syncline.engine.pair;

import io.syncline.testkit.Instance;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.exceptions.JedisDataException;

/// A user of a site of either kind, whose keys lie in many slots: counts on keys of its own and on
/// keys that the other site counts on too, and writes whatever comes to its mind to keys that both
/// write.
final class SlotWrites implements AutoCloseable {
    private static final int KEYS = 40;

    /// Users who write as fast as they can only measure the machine.
    private static final long PAUSE_NANOS = 700_000;

    private final Instance instance;
    private final String name;
    private final SplittableRandom random;
    private final boolean conflicts;
    private final Map<String, Long> sums = new TreeMap<>();
    private final Map<String, Long> lengths = new TreeMap<>();
    private final AtomicLong done = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile String failure = "";

    /// @param conflicts whether it also writes what the other site writes, in ways that show
    SlotWrites(Instance instance, String name, long seed, boolean conflicts) {
        this.instance = instance;
        this.name = name;
        this.random = new SplittableRandom(seed);
        this.conflicts = conflicts;
        thread = Thread.ofPlatform().name("writes at " + name).daemon().start(this::run);
    }

    private void run() {
        try (SiteClient client = new SiteClient(instance)) {
            while (!stopping) {
                step(client);
                done.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            failure = e.toString();
        }
    }

    private void step(SiteClient client) {
        int what = random.nextInt(conflicts ? 8 : 4);
        String own = name + ":" + random.nextInt(KEYS);
        switch (what) {
            case 0 -> {
                client.call("INCRBY", own, "3");
                sums.merge(own, 3L, Long::sum);
            }
            case 1 -> {
                client.call("APPEND", "text:" + own, "x");
                lengths.merge("text:" + own, 1L, Long::sum);
            }
            case 2 -> {
                client.call("LPUSH", "list:" + own, "x");
                lengths.merge("list:" + own, 1L, Long::sum);
            }
            case 3 -> {
                String shared = "shared:" + random.nextInt(KEYS);
                client.call("INCRBY", shared, "2");
                sums.merge(shared, 2L, Long::sum);
            }
            default -> anything(client);
        }
    }

    private void anything(SiteClient client) {
        String tag = "{" + random.nextInt(6) + "}";
        String key = tag + random.nextInt(3);
        String value = "v" + random.nextInt(1_000_000);
        try {
            switch (random.nextInt(12)) {
                case 0, 1 -> client.call("SET", key, value);
                case 2 -> client.call("SET", key, value, "PX", "" + random.nextInt(50, 3_000));
                case 3 -> client.call("APPEND", key, value);
                case 4 -> client.call("DEL", key);
                case 5 -> client.call("HSET", key, "f" + random.nextInt(3), value);
                case 6 -> client.call("SADD", key, value);
                case 7 -> client.call("RPUSH", key, value);
                case 8 -> client.call("LPOP", key);
                case 9 -> client.call("RENAME", key, tag + random.nextInt(3));
                case 10 -> client.call("MSET", key, value, tag + random.nextInt(3), value);
                default -> client.call("INCRBY", key, "5");
            }
        } catch (JedisDataException e) {
            if (e.getMessage() == null || e.getMessage().startsWith("MOVED")) {
                throw e;
            }
        }
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

    /// Both users' writes came to this, at a site where all of them arrived.
    static String wrong(Instance site, SlotWrites one, SlotWrites two) {
        Map<String, Long> sums = new TreeMap<>(one.sums);
        two.sums.forEach((key, sum) -> sums.merge(key, sum, Long::sum));
        StringBuilder wrong = new StringBuilder();
        try (SiteClient client = new SiteClient(site)) {
            sums.forEach((key, sum) -> {
                if (!client.get(key).equals(Long.toString(sum))) {
                    wrong.append(key + " is " + client.get(key) + ", must be " + sum + "; ");
                }
            });
            for (SlotWrites each : new SlotWrites[] {one, two}) {
                each.lengths.forEach((key, length) -> {
                    long found =
                            key.startsWith("text:")
                                    ? client.at(key).strlen(key)
                                    : client.at(key).llen(key);
                    if (found != length) {
                        wrong.append(key + " has " + found + ", must have " + length + "; ");
                    }
                });
            }
        }
        return wrong.toString();
    }

    @Override
    public void close() {
        stop();
    }
}
