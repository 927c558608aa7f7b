package io.syncline.engine.verify;

import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Purpose-made keys at both sides, and what each mode must say of them.
final class Traps {
    private static final long FAR = 4_102_444_800_000L;
    private static final int LARGE = 3_000;

    private final Instance source;
    private final Instance target;
    private final ServerVersion one;
    private final ServerVersion other;
    private final List<String> full = new ArrayList<>();
    private final List<String> length = new ArrayList<>();
    private final List<String> exists = new ArrayList<>();

    Traps(Instance source, Instance target, ServerVersion one, ServerVersion other) {
        this.source = source;
        this.target = target;
        this.one = one;
        this.other = other;
    }

    List<String> full() {
        return full;
    }

    List<String> length() {
        return length;
    }

    List<String> exists() {
        return exists;
    }

    void lay() {
        strings();
        lists();
        setsAndHashes();
        sortedSets();
        expiries();
        if (one.hasStreams() && other.hasStreams()) {
            streams();
        }
        if (one.atLeastRedis(8, 0) && other.atLeastRedis(8, 0)) {
            modules();
        }
        if (one.hasFieldExpiry() && other.hasFieldExpiry()) {
            fieldExpiries();
        }
        if (!source.clustered() && !target.clustered()) {
            databases();
        }
        own();
    }

    private void strings() {
        both("SET", "string:same", "value");
        each("string:value", "SET", List.of("abc"), List.of("abd"));
        value("string:value");
        each("string:empty", "SET", List.of(""), List.of(" "));
        lengths("string:empty");
        at(source, "SET", "string:missing", "x");
        all("missing-at-target string:missing");
        at(target, "SET", "string:extra", "");
        all("missing-at-source string:extra");
        at(source, "SET", "type", "1");
        at(target, "RPUSH", "type", "1");
        full.add("type type");
        length.add("type type");
        String large = "x".repeat(200_000);
        both("SET", "string:large-same", large);
        each("string:large", "SET", List.of(large + "a"), List.of(large + "b"));
        value("string:large");
        byte[] binary = {(byte) 0xff, 0, '\r', '\n'};
        at(source, "SET", binary, "1");
        at(target, "SET", binary, "2");
        value("\\xff\\x00\\x0d\\x0a");
    }

    private void lists() {
        each("list:tail", "RPUSH", List.of("a", "b"), List.of("a", "b", "c"));
        lengths("list:tail");
        each("list:order", "RPUSH", List.of("a", "b"), List.of("b", "a"));
        value("list:order");
        List<String> many = numbers("element:");
        both("RPUSH", "list:large-same", many.toArray(String[]::new));
        List<String> changed = new ArrayList<>(many);
        changed.set(LARGE - 1, "other");
        each("list:large", "RPUSH", many, changed);
        value("list:large");
    }

    private void setsAndHashes() {
        each("set:order", "SADD", List.of("a", "b", "c"), List.of("c", "b", "a"));
        each("set:member", "SADD", List.of("a", "b"), List.of("a", "c"));
        value("set:member");
        List<String> many = numbers("member:");
        List<String> shuffled = new ArrayList<>(many);
        Collections.shuffle(shuffled, new java.util.Random(3));
        each("set:large-order", "SADD", many, shuffled);
        shuffled.set(77, "other");
        each("set:large", "SADD", many, shuffled);
        value("set:large");
        each("hash:order", "HMSET", List.of("f", "1", "g", "2"), List.of("g", "2", "f", "1"));
        each("hash:value", "HMSET", List.of("f", "1", "g", "2"), List.of("f", "2", "g", "1"));
        value("hash:value");
        each("hash:large-order", "HMSET", pairs(1, ""), pairs(2, ""));
        each("hash:large", "HMSET", pairs(1, ""), pairs(2, "changed"));
        value("hash:large");
        List<String> more = new ArrayList<>(pairs(1, ""));
        more.addAll(List.of("one more", "1"));
        each("hash:large-more", "HMSET", pairs(1, ""), more);
        lengths("hash:large-more");
    }

    private void sortedSets() {
        each("zset:score", "ZADD", List.of("1", "a", "2", "b"), List.of("2", "a", "1", "b"));
        value("zset:score");
        each("zset:close", "ZADD", List.of("0.1", "a"), List.of("0.10000000000000002", "a"));
        value("zset:close");
        both("ZADD", "zset:same", "inf", "a", "-inf", "b", "0.1", "c", "1e300", "d");
        List<String> many = new ArrayList<>();
        for (int i = 0; i < LARGE; i++) {
            many.addAll(List.of(Double.toString(i / 3.0), "member:" + i));
        }
        both("ZADD", "zset:large-same", many.toArray(String[]::new));
        List<String> changed = new ArrayList<>(many);
        changed.set(2_000, "7.5");
        each("zset:large", "ZADD", many, changed);
        value("zset:large");
    }

    private void expiries() {
        for (Instance side : List.of(source, target)) {
            for (String key : List.of("same", "near", "never", "far")) {
                at(side, "SET", "expiry:" + key, "x");
                at(side, "PEXPIREAT", "expiry:" + key, Long.toString(FAR));
            }
        }
        at(target, "PEXPIREAT", "expiry:near", Long.toString(FAR + 400));
        at(target, "PERSIST", "expiry:never");
        at(target, "PEXPIREAT", "expiry:far", Long.toString(FAR + 10_000));
        for (String key : List.of("expiry expiry:never", "expiry expiry:far")) {
            full.add(key);
            length.add(key);
        }
    }

    private void streams() {
        for (Instance side : List.of(source, target)) {
            for (String key : List.of("same", "entry", "groups", "position", "pending", "last")) {
                at(side, "XADD", "stream:" + key, "1-1", "f", "1");
                at(side, "XADD", "stream:" + key, "2-1", "f", "2");
            }
            for (String key : List.of("same", "position", "pending")) {
                at(side, "XGROUP", "CREATE", "stream:" + key, "g", "0");
            }
        }
        at(target, "XADD", "stream:entry", "3-1", "f", "3");
        lengths("stream:entry");
        // A group that nobody reads: what crashes other tools.
        at(target, "XGROUP", "CREATE", "stream:groups", "empty", "$");
        full.add("groups stream:groups");
        at(target, "XGROUP", "SETID", "stream:position", "g", "2-1");
        full.add("groups stream:position");
        read(source, "stream:pending", "alice");
        read(target, "stream:pending", "bob");
        full.add("groups stream:pending");
        at(target, "XADD", "stream:last", "9-1", "f", "9");
        at(target, "XDEL", "stream:last", "9-1");
        full.add("value stream:last");
        for (Instance side : List.of(source, target)) {
            at(side, "XADD", "stream:emptied", "1-1", "f", "1");
            at(side, "XDEL", "stream:emptied", "1-1");
            at(side, "XGROUP", "CREATE", "stream:emptied", "g", "0");
        }
    }

    private static void read(Instance side, String key, String consumer) {
        run(side, key, "XREADGROUP", "GROUP", "g", consumer, "COUNT", "1", "STREAMS", key, ">");
    }

    private void fieldExpiries() {
        for (Instance side : List.of(source, target)) {
            for (String key : List.of("same", "other")) {
                at(side, "HSET", "fields:" + key, "f", "1", "g", "2");
                String when = Long.toString(FAR);
                at(side, "HPEXPIREAT", "fields:" + key, when, "FIELDS", "1", "f");
            }
        }
        String later = Long.toString(FAR + 10_000);
        at(target, "HPEXPIREAT", "fields:other", later, "FIELDS", "1", "f");
        full.add("field-expiry fields:other");
    }

    /// Vector sets are a module's type that Redis 8 carries itself.
    private void modules() {
        String[] vector = {"VALUES", "2", "1", "2", "element"};
        both("VADD", "module:same", vector);
        both("VADD", "module:other", vector);
        at(target, "VADD", "module:other", "VALUES", "2", "3", "4", "another");
        value("module:other");
    }

    private void databases() {
        RedisServer left = (RedisServer) source;
        RedisServer right = (RedisServer) target;
        left.command("SELECT", "3");
        right.command("SELECT", "3");
        left.command("SET", "database:three", "1");
        right.command("SET", "database:three", "2");
        value("database:three");
        right.command("SELECT", "5");
        right.command("SET", "database:five", "1");
        all("missing-at-source database:five");
        left.command("SELECT", "0");
        right.command("SELECT", "0");
    }

    private void own() {
        at(target, "SET", "__syncline:{task}:checkpoint:0", "ours");
        at(source, "SET", "DTS_REDIS_TIMESTAMP_HEARTBEAT:task", "ours");
    }

    private void value(String key) {
        full.add("value " + key);
    }

    private void lengths(String key) {
        full.add("value " + key);
        length.add("length " + key);
    }

    private void all(String line) {
        full.add(line);
        length.add(line);
        exists.add(line);
    }

    private void both(String command, String key, String... words) {
        each(key, command, List.of(words), List.of(words));
    }

    private void each(String key, String command, List<String> left, List<String> right) {
        at(source, command, key, left.toArray());
        at(target, command, key, right.toArray());
    }

    private static List<String> numbers(String prefix) {
        return IntStream.range(0, LARGE).mapToObj(i -> prefix + i).toList();
    }

    /// Many fields in an order of its own, the value of one replaced unless that is empty.
    private static List<String> pairs(int seed, String changed) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, LARGE).boxed().toList());
        Collections.shuffle(order, new java.util.Random(new SplittableRandom(seed).nextLong()));
        List<String> words = new ArrayList<>();
        for (int i : order) {
            boolean replaced = i == 1_234 && !changed.isEmpty();
            words.addAll(List.of("field:" + i, replaced ? changed : "value:" + i));
        }
        return words;
    }

    private static void at(Instance side, String command, Object key, Object... more) {
        Object[] words = new Object[more.length + 2];
        words[0] = command;
        words[1] = key;
        System.arraycopy(more, 0, words, 2, more.length);
        // XGROUP has its subcommand before its key.
        run(side, command.equals("XGROUP") ? more[0] : key, words);
    }

    private static void run(Instance side, Object key, Object... words) {
        switch (side) {
            case RedisServer server -> server.command(words);
            case RedisCluster cluster -> {
                String name =
                        key instanceof byte[] bytes
                                ? new String(bytes, StandardCharsets.ISO_8859_1)
                                : key.toString();
                int slot =
                        io.syncline.engine.command.Slots.of(
                                name.getBytes(StandardCharsets.ISO_8859_1));
                cluster.ownerOf(slot).command(words);
            }
            case Instance.Reachable other -> throw new AssertionError(other);
        }
    }
}
