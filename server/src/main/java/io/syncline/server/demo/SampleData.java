package io.syncline.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.SplittableRandom;

/// Fills a server with some of everything: each type, small and large, with and without expiry, in
/// several databases.
final class SampleData {
    private static final int PEOPLE = 20_000;
    private static final int CARTS = 4_000;
    private static final int STREAMS = 200;
    private static final int BIG_HASH_FIELDS = 100_000;
    private static final int FIELDS_PER_CALL = 1_000;
    private static final int BIG_VALUE_BYTES = 4 << 20;

    static final String LIBRARY =
            """
            #!lua name=shop
            redis.register_function('sell', function(keys, args)
                redis.call('DECRBY', keys[1], args[1])
                return redis.call('RPUSH', keys[2], args[1])
            end)
            """;

    private final Site site;
    private final SplittableRandom random = new SplittableRandom(7);

    SampleData(Site site) {
        this.site = site;
    }

    void load() throws IOException {
        people();
        carts();
        streams();
        large();
        special();
        if (!site.isCluster()) {
            pages();
        }
        site.settle();
    }

    /// In databases of their own; a cluster has but one.
    private void pages() throws IOException {
        site.settle();
        RespClient server = site.nodes().getFirst();
        for (int database = 1; database <= 3; database++) {
            server.call("SELECT", Integer.toString(database));
            for (int i = 0; i < 1_000 * database; i++) {
                site.send("SET", "page:" + i, "cached " + random.nextInt(), "EX", "7200");
            }
            site.settle();
        }
        server.call("SELECT", "0");
    }

    private void people() throws IOException {
        for (int i = 0; i < PEOPLE; i++) {
            site.send("SET", "person:" + i + ":name", "Person Nº " + i);
            if (i % 4 == 0) {
                site.send(
                        "SET",
                        "session:" + i,
                        Long.toHexString(random.nextLong()),
                        "PX",
                        "3600000");
            }
        }
    }

    private void carts() throws IOException {
        for (int i = 0; i < CARTS; i++) {
            String id = Integer.toString(i);
            site.send("HSET", "cart:" + i, "owner", id, "total", "0", "note", "übrig");
            site.send("RPUSH", "orders:" + i, "1", "two", Long.toString(random.nextLong()));
            site.send("SADD", "tags:" + i, "red", "green", id);
            site.send("SADD", "visits:" + i, "1", "2", id);
            site.send("ZADD", "score:" + i, "1.5", "a", "-inf", "b", id, "c");
        }
    }

    private void streams() throws IOException {
        for (int i = 0; i < STREAMS; i++) {
            String key = "events:" + i;
            for (int n = 1; n <= 10; n++) {
                site.send("XADD", key, n + "-1", "kind", "click", "n", Integer.toString(n));
            }
            site.sendTo(key, "XGROUP", "CREATE", key, "readers", "0");
            site.sendTo(
                    key,
                    "XREADGROUP",
                    "GROUP",
                    "readers",
                    "anna",
                    "COUNT",
                    "4",
                    "STREAMS",
                    key,
                    ">");
            site.send("XACK", key, "readers", "1-1");
        }
    }

    private void large() throws IOException {
        for (int i = 0; i < BIG_HASH_FIELDS; i += FIELDS_PER_CALL) {
            String[] command = new String[2 + 2 * FIELDS_PER_CALL];
            command[0] = "HSET";
            command[1] = "big:hash";
            for (int field = 0; field < FIELDS_PER_CALL; field++) {
                command[2 + 2 * field] = "field:" + (i + field);
                command[3 + 2 * field] = Long.toString(random.nextLong());
            }
            site.send(command);
        }
        byte[] value = new byte[BIG_VALUE_BYTES];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) random.nextInt(16);
        }
        site.send("SET".getBytes(UTF_8), "big:value".getBytes(UTF_8), value);
        site.settle();
    }

    private void special() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            site.send("PFADD", "visitors:" + i % 20, "visitor" + i);
            site.send("SETBIT", "seen", Integer.toString(random.nextInt(100_000)), "1");
        }
        site.send("GEOADD", "places", "13.361389", "38.115556", "Palermo");
        site.send("GEOADD", "places", "15.087269", "37.502669", "Catania");
        site.send(
                "SET".getBytes(UTF_8),
                new byte[] {0, '\r', '\n', (byte) 0xFF},
                new byte[] {(byte) 0x80, 0});
        site.send("SET", "", "the key with the empty name");
        loadFunctions(site);
    }

    /// A cluster's client has to do it at every node.
    static void loadFunctions(Site site) throws IOException {
        for (RespClient node : site.nodes()) {
            node.send("FUNCTION", "LOAD", LIBRARY);
        }
        site.settle();
    }
}
