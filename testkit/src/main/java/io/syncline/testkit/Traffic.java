package io.syncline.testkit;

import io.syncline.testkit.Step.Count;
import io.syncline.testkit.Step.Counter;
import io.syncline.testkit.Step.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Draws the steps of one connection of a [Workload] from its seed.
final class Traffic {
    private static final String SCRIPT =
            "redis.call('INCR', KEYS[1]) return redis.call('LPUSH', KEYS[2], ARGV[1])";

    /// Long enough to outlive most tests, and short enough to expire within them.
    private static final int LONG_MILLIS = 600_000;

    private static final int SHORT_MILLIS = 2_000;

    private final SplittableRandom random;
    private final WorkloadProfile profile;
    private final List<Integer> databases;
    private final int keys;
    private final boolean streams;
    private final boolean shortExpiries;
    private int database;

    Traffic(
            SplittableRandom random,
            WorkloadProfile profile,
            List<Integer> databases,
            int keys,
            boolean streams,
            boolean shortExpiries) {
        this.random = random;
        this.profile = profile;
        this.databases = databases;
        this.keys = keys;
        this.streams = streams;
        this.shortExpiries = shortExpiries;
        this.database = databases.getFirst();
    }

    Step next() {
        if (random.nextInt(8) == 0) {
            database = databases.get(random.nextInt(databases.size()));
        }
        return profile == WorkloadProfile.COUNTING || random.nextBoolean() ? counting() : mixed();
    }

    private Step counting() {
        int draw = random.nextInt(10);
        return draw < 8 ? count("count:" + random.nextInt(keys) + ":") : transaction();
    }

    private Step transaction() {
        String tag = "count:{" + random.nextInt(keys) + "}:";
        List<Step> steps = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            steps.add(count(tag));
        }
        return Step.transaction(steps);
    }

    private Step count(String prefix) {
        return switch (random.nextInt(5)) {
            case 0 -> count(prefix + "text", Kind.LENGTH, "APPEND", "x");
            case 1 -> count(prefix + "list", Kind.ELEMENTS, "LPUSH", random.nextInt(1_000));
            case 2 -> count(prefix + "list", Kind.ELEMENTS, "RPUSH", "r" + random.nextInt());
            default ->
                    Step.counting(
                            database, prefix + "number", Kind.NUMBER, "INCR", prefix + "number");
        };
    }

    private Step count(String key, Kind kind, String command, Object value) {
        return Step.counting(database, key, kind, command, key, value);
    }

    private Step mixed() {
        return switch (random.nextInt(6)) {
            case 0 -> strings("mixed:string:" + number());
            case 1 -> sets();
            case 2 -> hashes("mixed:hash:" + number());
            case 3 -> scoresAndLists();
            case 4 -> keyspace("mixed:{" + number() + "}:");
            default -> streamOrScript();
        };
    }

    private int number() {
        return random.nextInt(keys);
    }

    private Step strings(String key) {
        String value = "value " + random.nextInt();
        return switch (random.nextInt(8)) {
            case 0 -> single(key, "SET", value);
            case 1 -> single(key, "SET", value, "EX", LONG_MILLIS / 1_000);
            case 2 -> single(key, "SET", value, "PX", shortly());
            case 3 -> single(key, "GETSET", value);
            case 4 -> single(key, "SETRANGE", random.nextInt(100), "range");
            case 5 -> single(key, "PEXPIRE", LONG_MILLIS + random.nextInt(1_000));
            case 6 -> single(key, "PERSIST");
            default -> single("mixed:float:" + number(), "INCRBYFLOAT", "0.25");
        };
    }

    private int shortly() {
        int millis = 1 + random.nextInt(SHORT_MILLIS);
        return shortExpiries ? millis : millis + LONG_MILLIS;
    }

    private Step sets() {
        String key = "mixed:set:" + number();
        return switch (random.nextInt(4)) {
            case 0 -> single(key, "SREM", random.nextInt(100));
            case 1 -> single(key, "SPOP");
            default -> single(key, "SADD", random.nextInt(100), "member " + random.nextInt(100));
        };
    }

    private Step hashes(String key) {
        return switch (random.nextInt(4)) {
            case 0 -> single(key, "HINCRBY", "number", random.nextInt(10));
            case 1 -> single(key, "HDEL", "field " + random.nextInt(50));
            case 2 -> single(key, "HSETNX", "field " + random.nextInt(50), "set once");
            default -> single(key, "HSET", "field " + random.nextInt(50), random.nextInt());
        };
    }

    private Step scoresAndLists() {
        String scored = "mixed:zset:" + number();
        String list = "mixed:list:" + number();
        return switch (random.nextInt(6)) {
            case 0 -> single(scored, "ZADD", random.nextDouble(), "m" + random.nextInt(50));
            case 1 -> single(scored, "ZINCRBY", "0.5", "m" + random.nextInt(50));
            case 2 -> single(scored, "ZREM", "m" + random.nextInt(50));
            case 3 -> single(list, "LPOP");
            case 4 -> single(list, "LTRIM", 0, 50);
            default -> single(list, "RPUSH", random.nextInt(), "and one more");
        };
    }

    private Step keyspace(String tag) {
        return switch (random.nextInt(5)) {
            case 0 -> single(tag + "a", "RENAME", tag + "b");
            case 1 -> single(tag + "b", "RENAMENX", tag + "a");
            case 2 -> single(tag + "b", "DEL", tag + "c");
            case 3 -> single("mixed:string:" + number(), "DEL");
            default -> single(tag + "a", "SET", random.nextInt());
        };
    }

    private Step streamOrScript() {
        if (streams && random.nextBoolean()) {
            return single("mixed:stream:" + number(), "XADD", "MAXLEN", 200, "*", "f", "v");
        }
        String tag = "count:{" + number() + "}:";
        Counter incremented = new Counter(database, tag + "number", Kind.NUMBER);
        Counter pushed = new Counter(database, tag + "list", Kind.ELEMENTS);
        return new Step(
                database,
                incremented.key(),
                List.of(List.of("EVAL", SCRIPT, 2, incremented.key(), pushed.key(), "by script")),
                List.of(new Count(incremented, 1), new Count(pushed, 1)));
    }

    private Step single(String key, String command, Object... arguments) {
        Object[] words = new Object[arguments.length + 2];
        words[0] = command;
        words[1] = key;
        System.arraycopy(arguments, 0, words, 2, arguments.length);
        return Step.single(database, key, words);
    }
}
