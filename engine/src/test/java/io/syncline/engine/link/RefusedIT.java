package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Wire;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the target refuses for good: its neighbours are applied, it is recorded or the task stops
/// before it, and nothing is lost either way.
class RefusedIT {
    private static final String REFUSED = "__syncline:{it}:refused";

    private RedisServer source;
    private RedisServer target;

    @BeforeEach
    void start() {
        source = RedisServer.start();
        target = RedisServer.start();
        source.command("SET", "first", "1");
    }

    @AfterEach
    void stop() {
        source.close();
        target.close();
    }

    private void pipelined(Object[]... commands) {
        try (Wire wire = source.endpoint().connect()) {
            for (Object[] command : commands) {
                wire.send(command);
            }
            for (int i = 0; i < commands.length; i++) {
                assertThat(wire.receive()).isNotInstanceOf(Exception.class);
            }
        }
    }

    private static Object[] words(Object... words) {
        return words;
    }

    private List<String> recorded() {
        return ((List<?>)
                        java.util.Objects.requireNonNull(target.command("LRANGE", REFUSED, 0, -1)))
                .stream().map(each -> new String((byte[]) each, StandardCharsets.UTF_8)).toList();
    }

    /// The answer comes while the link waits for its last batch: no other batch carries the record.
    @Test
    void whatTheLastBatchRefusedIsListedWhenTheLinkIsStopped() {
        try (RunningLink link = Sync.of(source, target).skipRefused().start().awaitStreaming()) {
            target.command("SET", "list", "someone's string");
            // The first batch opens the lane.
            source.command("INCR", "before");
            link.awaitCaughtUp(source);
            target.command("CLIENT", "PAUSE", "1000", "WRITE");
            source.command("RPUSH", "list", "a");
            long goal = Long.parseLong(source.info("master_repl_offset"));
            link.await("the command read", () -> link.shard().receivedOffset() >= goal);
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
        }
        assertThat(recorded()).singleElement().asString().contains("\"key\":\"list\"");
    }

    /// Both answers come at once: that a right is missing is waited for, what was refused is not.
    @Test
    void whatWasRefusedIsListedBeforeARightIsWaitedFor() {
        try (RunningLink link = Sync.of(source, target).batchCommands(1).start().awaitStreaming()) {
            target.command("SET", "list", "someone's string");
            source.command("INCR", "before");
            link.awaitCaughtUp(source);
            target.command("ACL", "SETUSER", "default", "-incr");
            target.command("CLIENT", "PAUSE", "60000", "WRITE");
            pipelined(words("RPUSH", "list", "a"), words("INCR", "before"));
            long goal = Long.parseLong(source.info("master_repl_offset"));
            link.await("the commands read", () -> link.shard().receivedOffset() >= goal);
            target.command("CLIENT", "UNPAUSE");

            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
        }
        assertThat(recorded()).singleElement().asString().contains("\"key\":\"list\"");
        target.command("ACL", "SETUSER", "default", "+incr");
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            assertThat(target.number("GET", "before")).isEqualTo(2);
        }
    }

    /// The target is always a little behind, and after an outage more than that.
    @Test
    void aRenameOfWhatHasExpiredAtTheTargetIsListedAndStopsNothing() {
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            source.command("SET", "session", "v", "PX", 100_000);
            link.awaitCaughtUp(source);
            target.command("PEXPIREAT", "session", 1);
            source.command("RENAME", "session", "other");
            source.command("SET", "behind", "1");
            link.awaitCaughtUp(source);
            assertThat(target.command("GET", "behind")).isNotNull();
            link.await("the list", () -> recorded().size() == 1);
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
        }
        assertThat(recorded()).singleElement().asString().contains("no such key");
    }

    @Test
    void aWrongTypeIsSkippedAloneWhenToldTo() {
        try (RunningLink link = Sync.of(source, target).skipRefused().start().awaitStreaming()) {
            target.command("SET", "list", "someone's string");
            pipelined(
                    words("INCR", "before"),
                    words("MULTI"),
                    words("INCR", "inside"),
                    words("RPUSH", "list", "a"),
                    words("INCR", "inside"),
                    words("EXEC"),
                    words("INCR", "after"));
            link.awaitCaughtUp(source);
            link.await("its record", () -> !recorded().isEmpty());

            assertThat(target.number("GET", "before")).isEqualTo(1);
            assertThat(target.number("GET", "inside")).isEqualTo(2);
            assertThat(target.number("GET", "after")).isEqualTo(1);
            assertThat(recorded())
                    .singleElement()
                    .asString()
                    .contains("\"command\":\"RPUSH\"", "\"key\":\"list\"", "WRONGTYPE");
            assertThat(link.shard().refused()).isEqualTo(1);
        }
    }

    @Test
    void aWrongTypeStopsTheTaskAndIsListedWithItsArguments() {
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            target.command("SET", "list", "someone's string");
            pipelined(words("INCR", "before"), words("RPUSH", "list", "a"), words("INCR", "after"));
            Failure failure = link.awaitFailure();

            assertThat(failure.code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
            assertThat(failure.remedy()).contains(REFUSED);
            assertThat(recorded()).singleElement().asString().contains("RPUSH", "list");
        }
        // Its transaction took effect without it, so it is not sent again, nor are its neighbours.
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            assertThat(target.number("GET", "before")).isEqualTo(1);
            assertThat(target.number("GET", "after")).isEqualTo(1);
            assertThat(link.shard().snapshots()).isZero();
        }
    }

    /// Both were passed over, in one transaction and in one behind it: the task stops, and goes on
    /// behind both.
    @Test
    void everythingThatWasPassedOverIsListedWhenTheTaskStops() {
        Sync sync = Sync.of(source, target).batchCommands(4);
        try (RunningLink link = sync.start().awaitStreaming()) {
            target.command("SET", "list", "someone's string");
            // The first batch opens the lane.
            source.command("INCR", "before");
            link.awaitCaughtUp(source);
            target.command("CLIENT", "PAUSE", "1000", "WRITE");
            for (int i = 0; i < 10; i++) {
                pipelined(
                        words("RPUSH", "list", i),
                        words("INCR", "between"),
                        words("RPUSH", "list", i),
                        words("INCR", "between"));
            }
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
        }
        try (RunningLink link = sync.skipRefused().start().awaitStreaming()) {
            link.awaitCaughtUp(source);
        }
        assertThat(recorded()).hasSize(20);
        assertThat(target.number("GET", "between")).isEqualTo(20);
    }

    @Test
    void aCommandWithoutRightStopsTheTaskBeforeItInWhateverDatabase() {
        for (int round = 0; round < 10; round++) {
            target.command("ACL", "SETUSER", "default", "-append");
            try (RunningLink link =
                    Sync.of(source, target).retry(Duration.ZERO).start().awaitStreaming()) {
                pipelined(
                        words("INCR", "counter"),
                        words("SELECT", 3),
                        words("APPEND", "text", "x"),
                        words("INCR", "counter"),
                        words("SELECT", 5),
                        words("INCR", "counter"),
                        words("APPEND", "text", "x"),
                        words("SELECT", 0),
                        words("INCR", "counter"));
                assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
            }
            target.command("ACL", "SETUSER", "default", "+append");
            try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
                link.awaitCaughtUp(source);
                assertThat(link.shard().snapshots()).isZero();
                new KeyspaceDigest().requireEqual(source, target);
            }
        }
    }

    @Test
    void aCommandWithoutRightIsSkippedAloneWhenToldTo() {
        target.command("ACL", "SETUSER", "default", "-append");
        try (RunningLink link = Sync.of(source, target).skipRefused().start().awaitStreaming()) {
            for (int i = 0; i < 20; i++) {
                pipelined(
                        words("SELECT", i % 3),
                        words("INCR", "counter"),
                        words("APPEND", "text", "x"),
                        words("SELECT", (i + 1) % 3),
                        words("INCR", "counter"));
            }
            link.awaitCaughtUp(source);
            link.await("20 records", () -> target.number("LLEN", REFUSED) == 20);
            assertThat(recorded().getFirst()).contains("\"command\":\"APPEND\"", "NOPERM");
        }
        target.command("ACL", "SETUSER", "default", "+append");
        assertThat(new KeyspaceDigest().compare(source, target).listed())
                .allSatisfy(difference -> assertThat(difference.key()).isEqualTo("text"))
                .hasSize(3);
    }

    @Test
    void oneKeyWithoutRightInsideAMergedCommandIsSkippedAlone() {
        target.command("ACL", "SETUSER", "syncline", "on", ">secret", "+@all", "%RW~*");
        target.command("ACL", "SETUSER", "syncline", "resetkeys", "~open:*", "~__syncline:*");
        try (RunningLink link =
                Sync.of(source, target)
                        .as(
                                io.syncline.engine.net.Credentials.NONE,
                                new io.syncline.engine.net.Credentials("syncline", "secret"))
                        .skipRefused()
                        .start()
                        .awaitStreaming()) {
            Object[][] commands = new Object[41][];
            for (int i = 0; i < commands.length; i++) {
                commands[i] = words("SET", (i == 20 ? "closed:" : "open:") + i, i);
            }
            pipelined(commands);
            link.awaitCaughtUp(source);
            link.await(
                    "its record",
                    () -> recorded().stream().anyMatch(each -> each.contains("closed:20")));
            for (int i = 0; i < commands.length; i++) {
                long there = target.number("EXISTS", (i == 20 ? "closed:" : "open:") + i);
                assertThat(there).as("key %s", i).isEqualTo(i == 20 ? 0 : 1);
            }
            assertThat(recorded()).noneMatch(each -> each.contains("\"key\":\"open:"));
        }
    }

    @Test
    void anUnknownCommandIsSkippedAlone() {
        ServerBinary newer = Servers.find("redis-8").orElse(Servers.embedded());
        ServerBinary older = Servers.find("redis-6.0").orElse(Servers.embedded());
        try (RedisServer from = RedisServer.start(newer);
                RedisServer to = RedisServer.start(older);
                RunningLink link = Sync.of(from, to).skipRefused().start().awaitStreaming()) {
            from.command("INCR", "before");
            from.command("HSET", "hash", "f", "v");
            from.command(
                    "FUNCTION",
                    "LOAD",
                    "#!lua name=l\nredis.register_function('f', function() return 1 end)");
            from.command("INCR", "after");
            link.awaitCaughtUp(from);
            assertThat(to.number("GET", "after")).isEqualTo(1);
            assertThat(to.text("HGET", "hash", "f")).isEqualTo("v");
            assertThat(link.events(LinkEvent.Refused.class)).hasSize(older.equals(newer) ? 0 : 1);
        }
    }

    @Test
    void aDatabaseThatTheTargetHasNotFailsTheTaskAndNothingGoesIntoAnother() {
        try (RedisServer many = RedisServer.builder().config("databases 40").start();
                RunningLink link = Sync.of(many, target).start().awaitStreaming()) {
            try (Wire wire = many.endpoint().connect()) {
                wire.call("SET", "mine", "of database 0");
                wire.call("SELECT", 30);
                wire.call("SET", "mine", "of database 30");
            }
            Failure failure = link.awaitFailure();
            assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNSUITABLE);
            assertThat(failure.sentence()).contains("database 30", "--databases");
            assertThat(target.text("GET", "mine")).isNotEqualTo("of database 30");
        }
    }
}
