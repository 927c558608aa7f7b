package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.link.LinkOptions.OnFlush;
import io.syncline.engine.net.Credentials;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.Wire;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/// What a task chooses: databases, commands, expiries, and what a flush at the source does.
class FilterIT {
    @AutoClose private final RedisServer source = RedisServer.start();
    @AutoClose private final RedisServer target = RedisServer.start();

    private static void in(RedisServer server, int database, Object... words) {
        try (Wire wire = server.endpoint().connect()) {
            wire.call("SELECT", database);
            wire.call(words);
        }
    }

    private static long keys(RedisServer server, int database) {
        try (Wire wire = server.endpoint().connect()) {
            wire.call("SELECT", database);
            return wire.list("KEYS", "*").stream()
                    .map(key -> new String((byte[]) key, java.nio.charset.StandardCharsets.UTF_8))
                    .filter(key -> !key.startsWith("__syncline:"))
                    .filter(key -> !key.startsWith("DTS_"))
                    .count();
        }
    }

    @Test
    void onlyTheChosenDatabasesAreCopiedEachToItsOwn() {
        new SampleData(3).databases(0, 1, 3).fill(source);
        try (RunningLink link =
                        Sync.of(source, target)
                                .database(3, 5)
                                .database(1, 0)
                                .start()
                                .awaitStreaming();
                Workload workload =
                        Workload.on(source)
                                .profile(WorkloadProfile.MIXED)
                                .databases(0, 1, 3)
                                .connections(2)
                                .start()) {
            workload.awaitMore(5_000, RunningLink.LIMIT);
            workload.stop();
            in(source, 3, "MOVE", "12345", 7);
            link.awaitCaughtUp(source);
            new KeyspaceDigest()
                    .onlyDatabases(1, 3)
                    .database(3, 5)
                    .database(1, 0)
                    .requireEqual(source, target);
            assertThat(keys(target, 3)).isZero();
            assertThat(keys(target, 1)).isZero();
            assertThat(keys(target, 7)).isZero();
        }
    }

    @Test
    void whatComesFromADatabaseThatIsLeftOutIsRefused() {
        in(source, 1, "MSET", "a", "1", "b", "2", "c", "3");
        try (RunningLink link =
                Sync.of(source, target).database(3, 5).skipRefused().start().awaitStreaming()) {
            in(source, 1, "MOVE", "a", 3);
            in(source, 1, "COPY", "b", "copied", "DB", 3);
            in(source, 1, "MOVE", "c", 7);
            in(source, 3, "SET", "own", "1");
            link.awaitCaughtUp(source);
            assertThat(link.events(LinkEvent.Refused.class))
                    .extracting(LinkEvent.Refused::command, LinkEvent.Refused::key)
                    .containsExactly(tuple("MOVE", "a"), tuple("COPY", "b"));
            assertThat(keys(target, 5)).isEqualTo(1);
        }
        in(source, 1, "MOVE", "b", 3);
        try (RunningLink link = Sync.of(source, target).database(3, 5).start()) {
            assertThat(link.awaitFailure().reason())
                    .isEqualTo(
                            "MOVE on key 'b' in database 5 cannot be done: it brings the key from a"
                                    + " database that is left out, whose value nobody at the target"
                                    + " knows");
        }
    }

    /// What a database held before its first start would be missed without a word.
    @Test
    void aTaskCanGiveUpDatabasesAndNotTakeOnMore() {
        in(source, 3, "SET", "key", "1");
        Sync two = Sync.of(source, target).database(0, 0).database(1, 1);
        Sync fewer = Sync.of(source, target).database(0, 0);
        for (Sync sync : List.of(two, fewer)) {
            try (RunningLink link = sync.end(LinkOptions.End.CAUGHT_UP).start()) {
                assertThat(link.awaitEnd()).isEqualTo(Link.Outcome.DONE);
            }
        }
        assertThat(Sync.of(source, target).database(0, 0).database(3, 3).fails().reason())
                .isEqualTo(
                        "task it was started for databases 0; it can give some up, not take on"
                                + " more (0,3)");
        assertThat(Sync.of(source, target).fails().code()).isEqualTo(ErrorCode.BAD_OPTION);
    }

    @Test
    void deniedCommandsStayBehindAndGroupsToo() {
        try (RunningLink link =
                Sync.of(source, target)
                        .commands(List.of(), List.of("DEL", "@set"))
                        .start()
                        .awaitStreaming()) {
            source.command("SET", "kept", "1");
            source.command("DEL", "kept");
            source.command("SADD", "set", "a");
            source.command("LPUSH", "list", "a");
            link.awaitCaughtUp(source);
            assertThat(target.number("EXISTS", "kept")).isEqualTo(1);
            assertThat(target.number("EXISTS", "set")).isZero();
            assertThat(target.number("LLEN", "list")).isEqualTo(1);
        }
    }

    @Test
    void onlyAllowedCommandsPass() {
        try (RunningLink link =
                Sync.of(source, target)
                        .commands(List.of("INCR", "@list"), List.of())
                        .start()
                        .awaitStreaming()) {
            source.command("SET", "text", "1");
            source.command("INCR", "number");
            source.command("LPUSH", "list", "a");
            link.awaitCaughtUp(source);
            assertThat(target.number("EXISTS", "text", "number", "list")).isEqualTo(2);
        }
    }

    @Test
    void expiriesAreExtendedInTheSnapshotAndInTheStream() {
        source.command("SET", "before", "v", "EX", 1_000);
        try (RunningLink link =
                Sync.of(source, target)
                        .extendExpiry(Duration.ofHours(1))
                        .start()
                        .awaitStreaming()) {
            source.command("SET", "behind", "v", "EX", 1_000);
            source.command("RPUSH", "list", "v");
            source.command("PEXPIRE", "list", 50);
            link.awaitCaughtUp(source);
            for (String key : List.of("before", "behind")) {
                assertThat(target.number("PEXPIRETIME", key))
                        .isEqualTo(source.number("PEXPIRETIME", key) + 3_600_000);
            }
            Await.until(
                    "the source's own deletion",
                    RunningLink.LIMIT,
                    () -> target.number("EXISTS", "list") == 0);
        }
    }

    @Test
    void theHeartbeatTellsTheLagAndIsNeverCopied() {
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            link.await("a known lag", () -> link.shard().lagMillis() >= 0);
            assertThat(link.shard().lagMillis()).isLessThan(5_000);
            assertThat(source.number("DBSIZE")).isEqualTo(1);
            assertThat(keys(target, 0)).isZero();
            assertThat((List<?>) target.command("KEYS", "DTS*")).isEmpty();
        }
    }

    @Test
    void withoutWriteRightAtTheSourceTheTaskRunsAndSaysThatTheLagIsUnknown() {
        source.command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "&*", "+@all", "-@write");
        source.command("SET", "a", "1");
        try (RunningLink link =
                Sync.of(source, target)
                        .as(new Credentials("reader", "secret"), Credentials.NONE)
                        .start()
                        .awaitStreaming()) {
            link.await(
                    "a warning",
                    () ->
                            link.events(LinkEvent.Warned.class).stream()
                                    .anyMatch(warned -> warned.text().contains("latency")));
            source.command("SET", "b", "1");
            link.awaitCaughtUp(source);
            assertThat(target.number("EXISTS", "a", "b")).isEqualTo(2);
            assertThat(link.shard().lagMillis()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(OnFlush.class)
    void aFlushAtTheSourceDoesAsTheTaskSays(OnFlush policy) {
        source.command("SET", "a", "1");
        in(source, 1, "SET", "b", "1");
        try (RunningLink link = Sync.of(source, target).onFlush(policy).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            in(source, 1, "FLUSHDB");
            source.command("SET", "after", "1");
            if (policy == OnFlush.STOP) {
                assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.FLUSH_MET);
                assertThat(target.number("EXISTS", "after")).isZero();
                assertThat(keys(target, 1)).isEqualTo(1);
                return;
            }
            link.awaitCaughtUp(source);
            assertThat(keys(target, 1)).isEqualTo(policy == OnFlush.APPLY ? 0 : 1);
            source.command("FLUSHALL");
            source.command("SET", "last", "1");
            link.awaitCaughtUp(source);
            assertThat(keys(target, 0)).isEqualTo(policy == OnFlush.APPLY ? 1 : 3);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
        try (RunningLink again = Sync.of(source, target).onFlush(policy).start()) {
            if (policy != OnFlush.STOP) {
                again.awaitStreaming();
                assertThat(again.shard().snapshots()).isZero();
            }
        }
    }

    @Test
    void aFlushOfMappedDatabasesTouchesNoOther() {
        in(source, 3, "SET", "a", "1");
        in(target, 9, "SET", "foreign", "1");
        try (RunningLink link = Sync.of(source, target).database(3, 5).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            assertThat(keys(target, 5)).isEqualTo(1);
            source.command("FLUSHALL");
            in(source, 3, "SET", "b", "1");
            link.awaitCaughtUp(source);
            assertThat(keys(target, 5)).isEqualTo(1);
            assertThat(keys(target, 9)).isEqualTo(1);
        }
    }

    @Test
    void databasesThatTheSourceSwapsAreSwapped() {
        source.command("SET", "zero", "1");
        in(source, 1, "SET", "one", "1");
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            for (int i = 0; i < 5; i++) {
                source.command("SWAPDB", 0, 1);
                source.command("INCR", "counter");
                source.command("SWAPDB", 1, 2);
                in(source, 2, "INCR", "counter");
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
            }
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
        try (RunningLink again = Sync.of(source, target).start().awaitStreaming()) {
            assertThat(again.shard().snapshots()).isZero();
        }
    }

    @Test
    void publishedMessagesArrive() throws Exception {
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming();
                Wire subscriber = target.endpoint().connect()) {
            subscriber.call("SUBSCRIBE", "news");
            source.command("PUBLISH", "news", "hello");
            link.awaitCaughtUp(source);
            List<?> message = (List<?>) java.util.Objects.requireNonNull(subscriber.receive());
            assertThat(
                            new String(
                                    (byte[]) java.util.Objects.requireNonNull(message.get(2)),
                                    java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("hello");
        }
    }

    @Test
    void keysOfOtherTasksAreNeitherCopiedNorRemoved() {
        source.command("SET", "__syncline:other:checkpoint:0", "theirs");
        source.command("SET", "mine", "1");
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            source.command("MSET", "__syncline:other:x", "1", "second", "1");
            source.command("DEL", "__syncline:{it}:checkpoint:0", "mine");
            link.awaitCaughtUp(source);
            assertThat(target.number("EXISTS", "__syncline:other:checkpoint:0")).isZero();
            assertThat(target.number("EXISTS", "__syncline:other:x")).isZero();
            assertThat(target.number("EXISTS", "second")).isEqualTo(1);
            assertThat(target.number("EXISTS", "mine")).isZero();
            assertThat(target.number("EXISTS", "__syncline:{it}:checkpoint:0")).isEqualTo(1);
        }
    }

    /// A mean that is held by bursts of a minute's worth is none; merged commands count, too.
    @Test
    void aCeilingOnCommandsIsHeldWithinEachSecond() {
        try (RunningLink link = Sync.of(source, target).end(LinkOptions.End.CAUGHT_UP).start()) {
            assertThat(link.awaitEnd()).isEqualTo(Link.Outcome.DONE);
        }
        try (Jedis client = source.client()) {
            Pipeline pipeline = client.pipelined();
            IntStream.range(0, 2_000).forEach(i -> pipeline.set("key" + i, "value"));
            pipeline.sync();
        }
        try (RunningLink link = Sync.of(source, target).ceiling(50).start()) {
            Await.until("some are there; " + link, RunningLink.LIMIT, () -> keys(target, 0) > 50);
            assertThat(keys(target, 0)).isLessThan(400);
        }
    }
}
