package io.syncline.engine.rdb;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Keys of every type and encoding that a server can be brought to make, the same for every
/// version.
///
/// Names tell what a target must have: `stream:` Redis 5.0, `stream-consumer:` a command that makes
/// a consumer (Redis 6.2), `hash-expiry:` field expiry, `plain:` nothing.
final class RdbSamples {
    static final String STREAM = "stream:";
    static final String STREAM_CONSUMER = "stream-consumer:";
    static final String HASH_EXPIRY = "hash-expiry:";

    /// At both sides of every width that an encoding of integers has.
    static final long[] EDGES = {
        0,
        1,
        12,
        13,
        63,
        64,
        127,
        128,
        255,
        256,
        4095,
        4096,
        32767,
        32768,
        65535,
        65536,
        8388607,
        8388608,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1L,
        Long.MAX_VALUE
    };

    /// At both sides of every width that an encoding of lengths has.
    private static final int[] LENGTHS = {
        0, 1, 20, 21, 62, 63, 64, 65, 127, 4095, 4096, 16383, 16384
    };

    private static final long FAR_FUTURE = 4_000_000_000_000L;

    private final RedisServer server;
    private final ServerVersion version;

    /// Only varies the data; the same in every run.
    private final Random random = new Random(20_261_122);

    private RdbSamples(RedisServer server) {
        this.server = server;
        this.version = server.version();
    }

    static void fill(RedisServer server) {
        RdbSamples samples = new RdbSamples(server);
        samples.strings();
        samples.lists();
        samples.sets();
        samples.sortedSets();
        samples.hashes();
        if (samples.version.hasStreams()) {
            samples.streams();
            samples.groups();
        }
        if (samples.version.hasFieldExpiry()) {
            samples.fieldExpiry();
        }
        server.command("SELECT", 3);
        server.command("SET", "plain:third-database", "here");
        server.command("SELECT", 0);
    }

    /// The server's snapshot as a file has it.
    static byte[] save(RedisServer server) throws IOException {
        server.command("SAVE");
        try (var files = Files.list(server.folder())) {
            Path file =
                    files.filter(path -> path.toString().endsWith(".rdb"))
                            .findFirst()
                            .orElseThrow();
            return Files.readAllBytes(file);
        }
    }

    private void strings() {
        server.command("SET", "plain:string:empty", "");
        for (long edge : EDGES) {
            server.command("SET", "plain:string:" + edge, edge);
            server.command("SET", "plain:string:-" + edge, -edge - 1);
            server.command("SET", edge, "under a number");
        }
        server.command("SET", "plain:string:random", bytes(50_000));
        server.command("SET", "plain:string:repeated", "abc".repeat(100_000));
        server.command("SET", "plain:string:" + "long-name-".repeat(50), "compressed name");
        server.command("SET", "plain:string:expires", "later");
        server.command("PEXPIREAT", "plain:string:expires", FAR_FUTURE);
    }

    private void lists() {
        push("plain:list:small", "a", "b", "c", "1", "-1");
        List<Object> mixed = new ArrayList<>();
        for (long edge : EDGES) {
            mixed.add(edge);
            mixed.add(-edge - 1);
        }
        for (int length : LENGTHS) {
            mixed.add("x".repeat(length));
            mixed.add(bytes(length));
        }
        push("plain:list:mixed", mixed.toArray());
        push("plain:list:large-elements", bytes(100_000), "y".repeat(20_000), "z");
        List<Object> many = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            many.add("element number " + i);
        }
        push("plain:list:many", many.toArray());
    }

    private void push(String key, Object... elements) {
        command("RPUSH", key, elements);
    }

    private void command(String name, Object key, Object... words) {
        Object[] all = new Object[words.length + 2];
        all[0] = name;
        all[1] = key;
        System.arraycopy(words, 0, all, 2, words.length);
        server.command(all);
    }

    private void sets() {
        command("SADD", "plain:set:narrow", 1, -2, 300, 32767, -32768);
        command("SADD", "plain:set:middle", 1, -2, 40_000, Integer.MIN_VALUE);
        command("SADD", "plain:set:wide", 1, -2, Long.MAX_VALUE, Long.MIN_VALUE);
        command("SADD", "plain:set:small", "a", "b", 7, "c".repeat(60));
        List<Object> many = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            many.add(i % 3 == 0 ? i : "member " + i);
        }
        command("SADD", "plain:set:many", many.toArray());
        Object[] numbers = new Object[600];
        Arrays.setAll(numbers, i -> i * 7);
        command("SADD", "plain:set:many-numbers", numbers);
    }

    private void sortedSets() {
        Object[] scores = {
            "0",
            "1",
            "-1",
            "0.1",
            "-0.5",
            "1e300",
            "-1e-300",
            "inf",
            "-inf",
            "3.14159265358979",
            "9007199254740993",
            "17179869184",
            "0.30000000000000004",
            "4095",
            "123456.789"
        };
        List<Object> words = new ArrayList<>();
        for (Object score : scores) {
            words.add(score);
            words.add("scored " + score);
        }
        words.add(5);
        words.add(12);
        command("ZADD", "plain:sorted:small", words.toArray());
        for (int i = 0; i < 400; i++) {
            words.add(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
            words.add("member " + i);
        }
        words.add(1);
        words.add("long ".repeat(100));
        command("ZADD", "plain:sorted:large", words.toArray());
    }

    private void hashes() {
        List<Object> words = new ArrayList<>();
        for (long edge : EDGES) {
            words.add("field " + edge);
            words.add(edge);
            words.add(-edge - 1);
            words.add("value");
        }
        command("HMSET", "plain:hash:small", words.toArray());
        for (int length : LENGTHS) {
            words.add("field of " + length);
            words.add(bytes(length));
        }
        for (int i = 0; i < 1000; i++) {
            words.add("field number " + i);
            words.add("value number " + i);
        }
        command("HMSET", "plain:hash:large", words.toArray());
        command("PEXPIREAT", "plain:hash:large", FAR_FUTURE + 1);
    }

    private void streams() {
        for (int i = 1; i <= 300; i++) {
            command("XADD", "stream:same-fields", i + "-" + i % 3, "name", "n" + i, "age", i);
        }
        for (int i = 1; i <= 50; i++) {
            command(
                    "XADD",
                    "stream:other-fields",
                    i + "-1",
                    "field" + i % 7,
                    i,
                    "x",
                    "y".repeat(i));
        }
        for (int i = 1; i <= 300; i += 3) {
            command("XDEL", "stream:same-fields", i + "-" + i % 3);
        }
        String last = Long.MAX_VALUE + "-18446744073709551614";
        command("XADD", "stream:last-ids", "1-18446744073709551615", "number", -5);
        command("XADD", "stream:last-ids", last, 17, Long.MIN_VALUE);
        command("XADD", "stream:empty", "5-5", "a", "b");
        command("XDEL", "stream:empty", "5-5");
        command("XADD", "stream:large", "1-1", "blob", bytes(30_000), "text", "t".repeat(9000));
    }

    private void groups() {
        server.command("XGROUP", "CREATE", "stream:same-fields", "first", "0");
        server.command("XGROUP", "CREATE", "stream:same-fields", "at end", "$");
        server.command("XGROUP", "CREATE", "stream:same-fields", "idle", "20-2");
        read("first", "alice", 30);
        read("first", "bob", 40);
        server.command("XACK", "stream:same-fields", "first", "3-0", "5-2");
        for (int i = 0; i < 3; i++) {
            server.command(
                    "XCLAIM", "stream:same-fields", "first", "carol", 0, "8-2", "9-0", "11-2");
        }
        server.command("XGROUP", "CREATE", "stream-consumer:no-entry", "g", "$", "MKSTREAM");
        for (int i = 1; i < 5; i++) {
            command("XADD", "stream-consumer:nothing-pending", i + "-0", "f", "v");
        }
        String key = "stream-consumer:nothing-pending";
        server.command("XGROUP", "CREATE", key, "g", "0");
        server.command("XREADGROUP", "GROUP", "g", "c", "COUNT", 2, "STREAMS", key, ">");
        server.command("XACK", key, "g", "1-0", "2-0");
    }

    private void read(String group, String consumer, int count) {
        server.command(
                "XREADGROUP",
                "GROUP",
                group,
                consumer,
                "COUNT",
                count,
                "STREAMS",
                "stream:same-fields",
                ">");
    }

    private void fieldExpiry() {
        String small = HASH_EXPIRY + "small";
        command("HSET", small, "a", 1, "b", 2, "c", 3, "d", "four");
        server.command("HPEXPIREAT", small, FAR_FUTURE, "FIELDS", 2, "a", "b");
        server.command("HPEXPIREAT", small, FAR_FUTURE - 77, "FIELDS", 1, "d");
        String large = HASH_EXPIRY + "large";
        for (int i = 0; i < 700; i++) {
            command("HSET", large, "field " + i, "value " + i);
            if (i % 3 != 0) {
                server.command("HPEXPIREAT", large, FAR_FUTURE + i / 5, "FIELDS", 1, "field " + i);
            }
        }
        // The encoding with expiry stays when no field has one any more.
        String persisted = "plain:hash:persisted";
        command("HSET", persisted, "a", 1, "b", 2);
        server.command("HPEXPIREAT", persisted, FAR_FUTURE, "FIELDS", 1, "a");
        server.command("HPERSIST", persisted, "FIELDS", 1, "a");
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
