package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Difference.Kind;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each kind of difference is found; what does not count is not.
class KeyspaceDigestIT {
    private static final RedisServer LEFT = RedisServer.start();
    private static final RedisServer RIGHT = RedisServer.start();

    @BeforeAll
    static void bothAreThere() {
        assertThat(LEFT.alive() && RIGHT.alive()).isTrue();
    }

    @AfterAll
    static void stop() {
        LEFT.close();
        RIGHT.close();
    }

    @BeforeEach
    void empty() {
        LEFT.command("FLUSHALL");
        RIGHT.command("FLUSHALL");
        LEFT.command("SELECT", 0);
        RIGHT.command("SELECT", 0);
    }

    @Test
    void emptyInstancesAreEqual() {
        Differences found = new KeyspaceDigest().compare(LEFT, RIGHT);

        assertThat(found.none()).isTrue();
        assertThat(found.keysCompared()).isZero();
    }

    /// Every command line makes both sides equal (|) or changes the right one.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SET k a; SET k b",
                "SETRANGE k 200000 x; SETRANGE k 150000 y",
                "RPUSH k a b; LPUSH k c",
                "RPUSH k a b; RPOP k",
                "SADD k a b c; SREM k c",
                "SADD k 1 2 3; SADD k 4",
                "HSET k f v; HSET k f w",
                "HSET k f v; HSET k g v",
                "ZADD k 1 a; ZINCRBY k 0.1 a",
                "ZADD k 1 a 2 b; ZREM k b",
                "XADD k 1-1 f v; XADD k 1-2 f v",
                "XADD k 1-1 f v; XSETID k 9-9",
                "XGROUP CREATE k g 0 MKSTREAM; XGROUP CREATE k h 0",
                "XGROUP CREATE k g 0 MKSTREAM; XGROUP SETID k g 5-5",
                "XGROUP CREATE k g 0 MKSTREAM; XGROUP CREATECONSUMER k g c",
                "PFADD k a; PFADD k b c d",
            })
    void everyChangeOfAValueIsFound(String both, String change) {
        run(LEFT, both);
        run(RIGHT, both);
        new KeyspaceDigest().requireEqual(LEFT, RIGHT);

        run(RIGHT, change);

        assertOnly(Kind.VALUE);
    }

    @ParameterizedTest
    @CsvSource({"list", "set", "hash", "zset", "stream"})
    void aChangeDeepInABigCollectionIsFound(String type) {
        fillBig(LEFT, type);
        fillBig(RIGHT, type);
        new KeyspaceDigest().requireEqual(LEFT, RIGHT);

        switch (type) {
            case "list" -> run(RIGHT, "LSET big 4321 changed");
            case "set" -> run(RIGHT, "SMOVE big elsewhere member-4321");
            case "hash" -> run(RIGHT, "HSET big field-4321 changed");
            case "zset" -> run(RIGHT, "ZADD big 4321.5 member-4321");
            default -> run(RIGHT, "XDEL big 4322-1");
        }
        run(RIGHT, "DEL elsewhere");

        assertOnly(Kind.VALUE);
    }

    private static void fillBig(RedisServer server, String type) {
        try (Wire wire = server.endpoint().connect()) {
            for (int i = 0; i < 5_000; i++) {
                switch (type) {
                    case "list" -> wire.send("RPUSH", "big", "element-" + i);
                    case "set" -> wire.send("SADD", "big", "member-" + i);
                    case "hash" -> wire.send("HSET", "big", "field-" + i, "value-" + i);
                    case "zset" -> wire.send("ZADD", "big", i, "member-" + i);
                    default -> wire.send("XADD", "big", (i + 1) + "-1", "field", "value");
                }
            }
            for (int i = 0; i < 5_000; i++) {
                wire.receive();
            }
        }
    }

    @Test
    void aFieldThatOnlyTheRightSidesBigHashHasIsFound() {
        fillBig(LEFT, "hash");
        fillBig(RIGHT, "hash");

        run(RIGHT, "HSET big extra value");

        assertOnly(Kind.VALUE);
    }

    @Test
    void whatIsPendingForAnotherConsumerIsFound() {
        for (RedisServer server : new RedisServer[] {LEFT, RIGHT}) {
            run(server, "XADD k 1-1 f v");
            run(server, "XGROUP CREATE k g 0");
            run(server, "XREADGROUP GROUP g alice STREAMS k >");
            run(server, "XCLAIM k g alice 0 1-1 TIME 1700000000000 RETRYCOUNT 3");
            run(server, "XGROUP CREATECONSUMER k g bob");
        }
        new KeyspaceDigest().requireEqual(LEFT, RIGHT);

        run(RIGHT, "XCLAIM k g bob 0 1-1 TIME 1700000000000 RETRYCOUNT 3");

        assertOnly(Kind.VALUE);
    }

    @Test
    void anotherTimeOfDeliveryIsFound() {
        for (RedisServer server : new RedisServer[] {LEFT, RIGHT}) {
            run(server, "XADD k 1-1 f v");
            run(server, "XGROUP CREATE k g 0");
            run(server, "XREADGROUP GROUP g alice STREAMS k >");
            run(server, "XCLAIM k g alice 0 1-1 TIME 1700000000000 RETRYCOUNT 3");
        }

        run(RIGHT, "XCLAIM k g alice 0 1-1 TIME 1700000000001 RETRYCOUNT 3");

        assertOnly(Kind.VALUE);
    }

    @Test
    void aKeyThatOneSideLacksIsFound() {
        run(LEFT, "SET k v");
        assertOnly(Kind.MISSING_RIGHT);

        run(LEFT, "DEL k");
        run(RIGHT, "SET k v");
        assertOnly(Kind.MISSING_LEFT);
    }

    @Test
    void anotherTypeIsFound() {
        run(LEFT, "SET k v");
        run(RIGHT, "RPUSH k v");

        assertOnly(Kind.TYPE);
    }

    @Test
    void anotherExpiryIsFoundAboveTheTolerance() {
        run(LEFT, "SET k v");
        run(RIGHT, "SET k v");
        run(LEFT, "PEXPIREAT k 4102444800000");
        assertOnly(Kind.EXPIRY);

        run(RIGHT, "PEXPIREAT k 4102444800100");
        assertOnly(Kind.EXPIRY);

        new KeyspaceDigest().tolerance(Duration.ofMillis(100)).requireEqual(LEFT, RIGHT);
    }

    @Test
    void ourOwnKeysAndOtherNamedPrefixesDoNotCount() {
        run(LEFT, "SET __syncline:checkpoint 1");
        run(RIGHT, "SET DTS_REDIS_TIMESTAMP_HEARTBEAT 2");
        new KeyspaceDigest().requireEqual(LEFT, RIGHT);

        Differences found = new KeyspaceDigest().ignoringPrefixes("DTS").compare(LEFT, RIGHT);

        assertThat(found.ofKind(Kind.MISSING_RIGHT)).hasSize(1);
        assertThat(found.total()).isEqualTo(1);
    }

    @Test
    void databasesAreComparedByTheirMapping() {
        run(LEFT, "SELECT 2");
        run(LEFT, "SET k v");
        run(RIGHT, "SELECT 5");
        run(RIGHT, "SET k v");

        assertThat(new KeyspaceDigest().compare(LEFT, RIGHT).total()).isEqualTo(2);
        new KeyspaceDigest().database(2, 5).requireEqual(LEFT, RIGHT);
        new KeyspaceDigest().onlyDatabases(0, 1).requireEqual(LEFT, RIGHT);
    }

    @Test
    void binaryKeysAndValuesAreComparedAndShown() {
        byte[] key = {0, (byte) 0xff, '\n', ' '};
        LEFT.command("SET", key, new byte[] {(byte) 0x80});
        RIGHT.command("SET", key, new byte[] {(byte) 0x81});

        Differences found = new KeyspaceDigest().compare(LEFT, RIGHT);

        assertThat(found)
                .hasToString(
                        "1 differences in 1 keys:\n"
                                + "VALUE db0 \"\\x00\\xff\\x0a \": \"\\x80\" | \"\\x81\"");
        assertThat(found.listed().getFirst().keyBytes()).isEqualTo(key);
    }

    @Test
    void aLongListOfDifferencesIsCountedButCut() {
        for (int i = 0; i < 50; i++) {
            run(LEFT, "SET k" + i + " v");
        }

        Differences found = new KeyspaceDigest().listAtMost(10).compare(LEFT, RIGHT);

        assertThat(found.total()).isEqualTo(50);
        assertThat(found.listed()).hasSize(10);
    }

    /// Asked one by one, with four questions a key, they would take most of a minute.
    @Test
    void twoHundredThousandSmallKeysTakeSeconds() {
        for (RedisServer server : new RedisServer[] {LEFT, RIGHT}) {
            run(server, "DEBUG POPULATE 200000 key 64");
        }

        long begin = System.nanoTime();
        Differences found = new KeyspaceDigest().compare(LEFT, RIGHT);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        System.out.printf(Locale.ROOT, "digest of 200,000 keys: %d ms%n", took.toMillis());
        assertThat(found.none()).isTrue();
        assertThat(found.keysCompared()).isGreaterThanOrEqualTo(200_000);
        assertThat(took).isLessThan(Duration.ofSeconds(20));
    }

    private static void run(RedisServer server, String line) {
        server.command((Object[]) line.split(" "));
    }

    private static void assertOnly(Kind kind) {
        Differences found = new KeyspaceDigest().compare(LEFT, RIGHT);
        assertThat(found.total()).as(found.toString()).isEqualTo(1);
        assertThat(found.listed().getFirst().kind()).isEqualTo(kind);
    }
}
