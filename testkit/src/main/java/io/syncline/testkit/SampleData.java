package io.syncline.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Fills an instance with every type in every encoding that its version knows, and every oddity
/// that has ever broken a copy: empty and binary keys, infinite scores, groups with holes, and so
/// on.
///
/// The same seed, scale and version give the same data, to the byte and the millisecond: two
/// instances filled alike are equal to a [KeyspaceDigest].
public final class SampleData {
    /// 2100-01-01: far enough for every test, and the same for all.
    private static final long EXPIRY_MILLIS = 4_102_444_800_000L;

    private final long seed;
    private int scale = 1;
    private List<Integer> databases = List.of(0, 1, 9);
    private boolean functions;

    public SampleData(long seed) {
        this.seed = seed;
    }

    /// Multiplies the number of keys, about 250 in each database.
    public SampleData scale(int times) {
        scale = times;
        return this;
    }

    /// Databases 0, 1 and 9 otherwise; a cluster gets its database 0 only.
    public SampleData databases(Integer... numbers) {
        databases = Arrays.asList(numbers);
        return this;
    }

    /// Loads a function library too, where functions are known.
    public SampleData functions() {
        functions = true;
        return this;
    }

    /// Writes the data, where there is no sample yet; returns how many keys.
    public long fill(Instance instance) {
        long keys = 0;
        try (Router router = new Router(instance)) {
            for (int database : router.clustered() ? List.of(0) : databases) {
                router.select(database);
                keys += fillDatabase(router, new SplittableRandom(seed * 31 + database));
            }
            if (functions && router.version().hasFunctions()) {
                loadFunctions(router);
            }
        }
        return keys;
    }

    private long fillDatabase(Router router, SplittableRandom random) {
        Filling filling = new Filling(router, random);
        oddKeys(filling);
        for (int i = 0; i < scale; i++) {
            strings(filling, i);
            lists(filling, i);
            sets(filling, i);
            sortedSets(filling, i);
            hashes(filling, i);
            specials(filling, i);
            if (router.version().hasStreams()) {
                new SampleStreams(filling).fill(i);
            }
        }
        filling.finish();
        return filling.keys();
    }

    private static void oddKeys(Filling filling) {
        List<byte[]> keys = new ArrayList<>();
        keys.add(new byte[0]);
        keys.add(new byte[] {0});
        keys.add(new byte[] {(byte) 0xff, 0, '\r', '\n', (byte) 0x80});
        keys.add("with space, \"quotes\" and {braces}".getBytes(Filling.UTF_8));
        keys.add("{}empty tag".getBytes(Filling.UTF_8));
        keys.add("schlüssel-鍵-🔑".getBytes(Filling.UTF_8));
        keys.add("long".repeat(500).getBytes(Filling.UTF_8));
        keys.add("12345".getBytes(Filling.UTF_8));
        for (byte[] key : keys) {
            filling.put(key, "SET", key, "odd key");
        }
    }

    private static void strings(Filling filling, int round) {
        // Integers of each width that the snapshot format knows, and just beyond.
        for (long number :
                new long[] {
                    0,
                    -1,
                    127,
                    -128,
                    128,
                    32_767,
                    -32_769,
                    65_536,
                    2_147_483_647L,
                    2_147_483_648L,
                    Long.MAX_VALUE,
                    Long.MIN_VALUE
                }) {
            filling.string(round, "int:" + number, Long.toString(number));
        }
        filling.string(round, "not-int:leading-zero", "007");
        filling.string(round, "not-int:plus", "+7");
        filling.string(round, "not-int:too-long", "92233720368547758080");
        filling.string(round, "empty", "");
        filling.string(round, "embedded", "a".repeat(44));
        filling.string(round, "raw", "b".repeat(45));
        filling.string(round, "compressible", "compress me ".repeat(1_000));
        filling.string(round, "compressible:short", "z".repeat(21));
        filling.string(round, "incompressible", filling.bytes(5_000));
        filling.string(round, "large", filling.bytes(300_000));
        filling.string(round, "large:compressible", "0123456789".repeat(30_000));
        // Lengths where the format's length encoding gets wider.
        for (int length : new int[] {63, 64, 16_383, 16_384}) {
            filling.string(round, "length:" + length, filling.bytes(length));
        }
        for (int i = 0; i < 50; i++) {
            filling.string(round, "random:" + i, filling.bytes(filling.below(200)));
        }
        byte[] expiring = filling.key("string", round, "expiring");
        filling.put(expiring, "SET", expiring, "expires");
        filling.expire(expiring, EXPIRY_MILLIS + round);
    }

    private static void lists(Filling filling, int round) {
        filling.collection("RPUSH", round, "one", List.of(""));
        filling.collection("RPUSH", round, "integers", Filling.numbers(-20, 100));
        filling.collection("RPUSH", round, "small", filling.words(20, 10));
        filling.collection("RPUSH", round, "many", filling.words(3_000, 12));
        filling.collection("RPUSH", round, "wide", filling.words(40, 700));
        filling.collection(
                "RPUSH",
                round,
                "plain-node",
                List.of("before", filling.bytes(20_000), "x".repeat(20_000), "after"));
        byte[] expiring = filling.collection("RPUSH", round, "expiring", List.of("a", "b"));
        filling.expire(expiring, EXPIRY_MILLIS + round);
    }

    private static void sets(Filling filling, int round) {
        filling.collection("SADD", round, "int16", Filling.numbers(-100, 100));
        filling.collection("SADD", round, "int32", List.of(1, 70_000, -70_000));
        filling.collection("SADD", round, "int64", List.of(1, 5_000_000_000L, Long.MIN_VALUE));
        filling.collection("SADD", round, "int:many", Filling.numbers(0, 2_000));
        filling.collection("SADD", round, "small", filling.words(20, 10));
        filling.collection("SADD", round, "wide", filling.words(5, 100));
        filling.collection("SADD", round, "many", filling.words(1_500, 16));
        filling.collection("SADD", round, "one-empty", List.of(""));
        byte[] expiring = filling.collection("SADD", round, "expiring", List.of("a", "b"));
        filling.expire(expiring, EXPIRY_MILLIS + round);
    }

    private static void sortedSets(Filling filling, int round) {
        List<Object> odd = new ArrayList<>();
        for (String score :
                List.of(
                        "-inf",
                        "+inf",
                        "0",
                        "-0.0",
                        "0.1",
                        "1e300",
                        "-1e-300",
                        "3.0000000000000004",
                        "9007199254740993",
                        "17",
                        "-17")) {
            odd.addAll(List.of(score, "score " + score));
        }
        odd.addAll(List.of("17", "same score, other member", "17", ""));
        filling.collection("ZADD", round, "odd-scores", odd);
        filling.collection("ZADD", round, "small", filling.scored(30, 10));
        filling.collection("ZADD", round, "many", filling.scored(1_500, 16));
        filling.collection("ZADD", round, "wide", filling.scored(5, 200));
        byte[] expiring = filling.collection("ZADD", round, "expiring", List.of(1, "a"));
        filling.expire(expiring, EXPIRY_MILLIS + round);
    }

    private static void hashes(Filling filling, int round) {
        filling.collection("HMSET", round, "one-empty", List.of("", ""));
        filling.collection("HMSET", round, "small", filling.words(20, 10));
        filling.collection("HMSET", round, "integers", Filling.numbers(0, 100));
        filling.collection("HMSET", round, "wide", filling.words(10, 300));
        filling.collection("HMSET", round, "many", filling.words(3_000, 14));
        byte[] expiring = filling.collection("HMSET", round, "expiring", List.of("f", "v"));
        filling.expire(expiring, EXPIRY_MILLIS + round);
        if (filling.version().hasFieldExpiry()) {
            fieldExpiry(filling, round, "small", 10);
            fieldExpiry(filling, round, "many", 1_200);
        }
    }

    /// Every third field expires, each at its own time.
    private static void fieldExpiry(Filling filling, int round, String name, int fields) {
        List<Object> pairs = new ArrayList<>();
        for (int i = 0; i < fields; i++) {
            pairs.addAll(List.of("field-" + i, "value-" + i));
        }
        byte[] key = filling.collection("HMSET", round, "field-expiry:" + name, pairs);
        for (int i = 0; i < fields; i += 3) {
            filling.put(
                    key,
                    "HPEXPIREAT",
                    key,
                    EXPIRY_MILLIS + 1_000L * round + i,
                    "FIELDS",
                    1,
                    "field-" + i);
        }
    }

    private static void specials(Filling filling, int round) {
        byte[] sparse = filling.collection("PFADD", round, "sparse", Filling.numbers(0, 20));
        filling.expire(sparse, EXPIRY_MILLIS + round);
        filling.collection("PFADD", round, "dense", filling.words(6_000, 12));
        byte[] bitmap = filling.key("bitmap", round, "bits");
        for (int i = 0; i < 20; i++) {
            filling.put(bitmap, "SETBIT", bitmap, filling.below(100_000), 1);
        }
        if (filling.version().hasGeo()) {
            byte[] places = filling.key("geo", round, "places");
            filling.put(places, "GEOADD", places, "13.361389", "38.115556", "Palermo");
            filling.put(places, "GEOADD", places, "15.087269", "37.502669", "Catania");
        }
    }

    private static void loadFunctions(Router router) {
        for (Wire wire : router.wires()) {
            wire.call(
                    "FUNCTION",
                    "LOAD",
                    "REPLACE",
                    """
                    #!lua name=sample
                    redis.register_function('sample_get', function(keys, args)
                        return redis.call('GET', keys[1])
                    end)
                    """);
        }
    }
}
