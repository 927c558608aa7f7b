package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.verify.Difference.Action;
import io.syncline.engine.verify.VerifyOptions.Direction;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/// A repair makes both sides equal, as another program sees them, and never takes a newer write
/// back.
class RepairIT {
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (String[] pair :
                new String[][] {
                    {"redis-2", "redis-8"},
                    {"redis-6.0", "redis-7"},
                    {"redis-8", "redis-8"},
                    {"redis-7", "valkey-9"},
                    {"valkey-9", "valkey-9"}
                }) {
            Servers.find(pair[0])
                    .ifPresent(source ->
                            Servers.find(pair[1])
                                    .ifPresent(target -> pairs.add(Arguments.of(source, target))));
        }
        return pairs.stream();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void anEmptyTargetGetsEverythingAndWhatItShouldNotHaveIsDeleted(
            ServerBinary one, ServerBinary other) {
        try (RedisServer source = RedisServer.start(one);
                RedisServer target = RedisServer.start(other)) {
            new SampleData(3).databases(0, 9).fill(source);
            target.command("SET", "extra", "1");
            target.command("SET", "also extra", "1");

            Verifying repair =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, true);
            assertThat(repair.run()).as("%s", repair).isEqualTo(Verification.Outcome.EQUAL);

            new KeyspaceDigest().tolerance(TOLERANCE).requireEqual(source, target);
            Verifying again = Verifying.between(source, target);
            assertThat(again.run()).as("%s", again).isEqualTo(Verification.Outcome.EQUAL);
        }
    }

    @Test
    void aClusterIsMendedFromAStandaloneServerAndTheOtherWayRound() {
        try (RedisServer one = RedisServer.start();
                RedisCluster other = RedisCluster.start(Servers.embedded(), 3, 0)) {
            new SampleData(5).databases(0).fill(one);

            Verifying there =
                    Verifying.between(one, other).repair(Direction.SOURCE_TO_TARGET, false);
            assertThat(there.run()).as("%s", there).isEqualTo(Verification.Outcome.EQUAL);
            new KeyspaceDigest().requireEqual(one, other);

            one.command("FLUSHALL");
            one.command("SET", "only here", "1");
            Verifying back =
                    Verifying.between(one, other).repair(Direction.TARGET_TO_SOURCE, false);
            assertThat(back.run()).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(back.differences())
                    .filteredOn(each -> each.repair().action() == Action.SKIPPED)
                    .extracting(Difference::keyText)
                    .containsExactly("only here");
            one.command("DEL", "only here");
            new KeyspaceDigest().requireEqual(one, other);
        }
    }

    @Test
    void onlyTheExpiryIsSetWhereOnlyTheExpiryDiffers() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SET", "a", "1", "PXAT", "4102444800000");
            target.command("SET", "a", "1");
            source.command("SET", "b", "1");
            target.command("SET", "b", "1", "PXAT", "4102444800000");

            Verifying repair =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, false);
            assertThat(repair.run()).isEqualTo(Verification.Outcome.EQUAL);

            assertThat(repair.differences())
                    .extracting(each -> each.repair().action())
                    .containsOnly(Action.EXPIRY_SET);
            assertThat(repair.differences())
                    .extracting(Difference::detail)
                    .containsExactlyInAnyOrder(
                            "only the source's expires", "only the target's expires");
            assertThat(target.number("PEXPIRETIME", "a")).isEqualTo(4_102_444_800_000L);
            assertThat(target.number("PEXPIRETIME", "b")).isEqualTo(-1);
        }
    }

    /// Every key is wrong at first, and half of them are written by somebody else while the repair
    /// runs, who sees at each write what was there: always the write before, never ours.
    @Test
    void aWriteDuringARepairIsNeverTakenBack() throws Exception {
        int keys = 100;
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            for (int i = 0; i < keys; i++) {
                source.command("SET", "key:" + i, "old");
                target.command("SET", "key:" + i, "wrong");
            }
            AtomicBoolean ended = new AtomicBoolean();
            CountDownLatch begun = new CountDownLatch(2);
            CompletableFuture<List<String>> found =
                    CompletableFuture.supplyAsync(() -> writeChains(target, keys, begun, ended));
            begun.await();
            Verifying repair =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, false);
            repair.run();
            ended.set(true);

            assertThat(found.get()).isEmpty();
            for (int i = 0; i < keys; i++) {
                String value = target.text("GET", "key:" + i);
                assertThat(value).startsWith(i % 2 == 1 ? "old" : "newer:");
            }
            assertThat(repair.differences())
                    .filteredOn(each -> each.repair().action() == Action.SKIPPED)
                    .isNotEmpty()
                    .allSatisfy(
                            each -> assertThat(each.repair().reason()).contains("being written"));
        }
    }

    /// @return what was not the write before
    private static List<String> writeChains(
            RedisServer target, int keys, CountDownLatch begun, AtomicBoolean ended) {
        List<String> found = new ArrayList<>();
        try (Jedis client = target.client()) {
            for (int round = 1; !ended.get(); round++) {
                for (int i = 0; i < keys; i += 2) {
                    String before = client.setGet("key:" + i, "newer:" + round);
                    if (round > 1 && !("newer:" + (round - 1)).equals(before)) {
                        found.add("key:" + i + " was " + before + " in round " + round);
                    }
                }
                begun.countDown();
            }
        }
        return found;
    }

    /// Written once, between the moment at which the difference is known and the repair.
    @Test
    void aValueThatIsNewerThanTheDifferenceStays() throws Exception {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SET", "key", "old");
            target.command("SET", "key", "wrong");
            Verifying repair =
                    Verifying.between(source, target)
                            .recheck(Duration.ofSeconds(1), 0)
                            .repair(Direction.SOURCE_TO_TARGET, false);
            CompletableFuture<Verification.Outcome> outcome =
                    CompletableFuture.supplyAsync(repair::run);
            // The repair reads both values, then pauses.
            Await.until(
                    "the repair is prepared",
                    Duration.ofSeconds(10),
                    () -> target.info("cmdstat_dump").contains("calls=1"));
            target.command("SET", "key", "newer");

            assertThat(outcome.get()).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(target.text("GET", "key")).isEqualTo("newer");
            assertThat(repair.differences().getFirst().repair().action()).isEqualTo(Action.SKIPPED);
        }
    }

    /// As chunks of commands, since RESTORE would keep the target busy.
    @Test
    void aLargeValueIsPutTogetherAsideAndThenTakesThePlaceOfTheWrongOne() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0)) {
            for (int i = 0; i < 60; i++) {
                List<Object> hash = new ArrayList<>(List.of("HSET", "hash"));
                List<Object> zset = new ArrayList<>(List.of("ZADD", "zset"));
                for (int j = 0; j < 1_000; j++) {
                    hash.addAll(List.of("field:" + i + ":" + j, "value:" + j));
                    zset.addAll(List.of(i + j / 7.0, "member:" + i + ":" + j));
                }
                source.command(hash.toArray());
                source.command(zset.toArray());
            }
            source.command("PEXPIREAT", "zset", "4102444800000");
            target.command("HSET", "hash", "field:1:1", "wrong");
            target.command("SADD", "zset", "another type");

            Verifying repair =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, false);
            assertThat(repair.run()).as("%s", repair).isEqualTo(Verification.Outcome.EQUAL);

            new KeyspaceDigest().tolerance(TOLERANCE).requireEqual(source, target);
            assertThat(target.primaryNodes())
                    .allSatisfy(node -> assertThat(node.info("cmdstat_restore")).isEmpty());
        }
    }

    /// As a task does it: each write goes to the source first and to the target a moment later, so
    /// that neither side ever stands still.
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"redis-6.0", "valkey-9"})
    void whatDiffersInCollectionsThatAreWrittenAllTheTimeIsMendedInParts(String version)
            throws Exception {
        ServerBinary binary = Servers.find(version).orElseGet(Servers::embedded);
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary)) {
            fillHot(source);
            fillHot(target);
            target.command("HSET", "hash", "field:5", "wrong", "extra", "1");
            target.command("HDEL", "hash", "field:6");
            target.command("ZADD", "zset", -1, "member:5");
            target.command("SREM", "set", "member:5");
            target.command("LSET", "list", 500, "wrong");
            target.command("LINSERT", "list", "BEFORE", "element:600", "extra");
            target.command("LREM", "list", 1, "element:700");
            AtomicBoolean ended = new AtomicBoolean();
            CompletableFuture<Void> traffic =
                    CompletableFuture.runAsync(() -> writeHot(source, target, ended));

            Verifying repair =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, false);
            Verification.Outcome outcome = repair.run();
            ended.set(true);
            traffic.get();

            assertThat(outcome).as("%s", repair).isEqualTo(Verification.Outcome.EQUAL);
            assertThat(repair.differences())
                    .extracting(each -> each.repair().action())
                    .hasSize(4)
                    .containsOnly(Action.WRITTEN);
            new KeyspaceDigest().requireEqual(source, target);
        }
    }

    private static void fillHot(RedisServer server) {
        for (int i = 0; i < 2_000; i++) {
            server.command("HSET", "hash", "field:" + i, i);
            server.command("ZADD", "zset", i, "member:" + i);
            server.command("SADD", "set", "member:" + i);
            server.command("RPUSH", "list", "element:" + i);
        }
    }

    private static void writeHot(RedisServer source, RedisServer target, AtomicBoolean ended) {
        try (Jedis one = source.client();
                Jedis other = target.client()) {
            for (int i = 0; !ended.get(); i++) {
                String field = "field:" + (1_000 + i % 1_000);
                for (Jedis client : List.of(one, other)) {
                    client.hincrBy("hash", field, 1);
                    client.zincrby("zset", 1, "member:" + (1_000 + i % 1_000));
                    client.sadd("set", "new:" + i);
                    client.rpush("list", "new:" + i);
                    client.lpush("list", "newer:" + i);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    @Test
    void whoMayNotWriteIsToldBeforeAnythingIsCompared() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SET", "key", "1");
            target.command(
                    "ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@all", "-@write", "+watch");
            Verifying repair =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, false);
            Endpoint reader =
                    Verifying.endpoint(target).withCredentials(new Credentials("reader", ""));
            assertThat(repair.target(reader).run()).isEqualTo(Verification.Outcome.CANNOT_START);
            assertThat(repair.failures())
                    .singleElement()
                    .satisfies(failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.NOT_PERMITTED);
                        assertThat(failure.reason())
                                .startsWith("the target takes no repair (RESTORE): NOPERM");
                    });

            target.command("CONFIG", "SET", "maxmemory", 1);
            Verifying full =
                    Verifying.between(source, target).repair(Direction.SOURCE_TO_TARGET, false);
            assertThat(full.run()).isEqualTo(Verification.Outcome.CANNOT_START);
            assertThat(full.failures())
                    .singleElement()
                    .extracting(Failure::code)
                    .isEqualTo(ErrorCode.TARGET_OUT_OF_MEMORY);
            assertThat(target.number("DBSIZE")).isZero();
        }
    }
}
