package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.twoway.LatchCause;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.FaultProxy.Direction;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.exceptions.JedisDataException;

/// Two-way tasks between real servers: nothing comes back, nothing is lost, and what the task must
/// refuse it refuses.
class TwoWayIT {
    /// Commands that servers rewrite on their way into the stream, that have no effect, or that
    /// expire at once.
    private static final List<String> ODD =
            List.of(
                    "SET a 1",
                    "SET a 2 EX 100",
                    "SET gone 1 PX 1",
                    "GETSET a 3",
                    "SETEX b 100 x",
                    "INCRBYFLOAT f 1.5",
                    "HINCRBYFLOAT h f 1.5",
                    "SADD s 1 2 3 4",
                    "SPOP s",
                    "SPOP s 2",
                    "DEL nothing",
                    "SETNX n 1",
                    "SETNX n 2",
                    "MSETNX m1 1 m2 2",
                    "EXPIRE a 0",
                    "EXPIRE b 100",
                    "PEXPIREAT n 1",
                    "GEOADD g 13.361389 38.115556 Palermo",
                    "XADD x * f v",
                    "XADD x MAXLEN ~ 100 * f v",
                    "PUBLISH channel message",
                    "EVAL return(redis.call('set','e',1)) 0",
                    "RPUSH l 1 2 3",
                    "RPOPLPUSH l l2",
                    "LPOP l",
                    "ZADD z 1 a 2 b",
                    "ZUNIONSTORE z2 1 z",
                    "SETBIT bits 7 1",
                    "PFADD p a b c",
                    "RENAME l2 l3",
                    "SORT z2 ALPHA STORE sorted",
                    "SORT s ALPHA STORE members",
                    "SORT nothing STORE sorted",
                    "COPY a copied REPLACE",
                    "RENAME copied renamed",
                    "MOVE renamed 6",
                    "SET renamed again",
                    "SUNIONSTORE s2 s",
                    "MULTI",
                    "SET t1 1",
                    "INCR t2",
                    "DEL nothing",
                    "EXEC",
                    "MULTI",
                    "DEL nothing",
                    "EXEC",
                    "MOVE p 1",
                    "APPEND text more");

    /// A key may still expire within the first ones.
    private static final int REST_BEATS = 5;

    static Stream<ServerBinary> versions() {
        return Servers.versions().stream();
    }

    private static void run(RedisServer server, List<String> commands) {
        for (String command : commands) {
            try {
                server.command((Object[]) command.split(" ", -1));
            } catch (JedisDataException e) {
                // Old versions do not know all of them.
                assertThat(e.getMessage())
                        .containsAnyOf("unknown command", "syntax", "arguments", "no such key");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("versions")
    void noCommandComesBackFromTheOtherSide(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary)) {
            source.command("SET", "before", "1");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                run(source, ODD);
                pair.awaitQuiet(source, target);
                run(target, ODD);
                pair.awaitQuiet(source, target);
                requireRest(pair, source);
                assertThat(target.text("GET", "before")).isEqualTo("1");
                assertThat(causes(pair)).isEmpty();
            }
        }
    }

    /// Why keys were copied as a whole, save for the one that expired while it was on its way.
    private static List<LatchCause> causes(RunningPair pair) {
        return pair.resolutions().stream()
                .filter(each -> !each.key().toString().equals("0:gone"))
                .map(Resolution::cause)
                .toList();
    }

    /// Between two beats nothing was written: what comes back would come back again and again.
    private static void requireRest(RunningPair pair, RedisServer source) {
        long before = pair.written();
        for (int i = 0; i < REST_BEATS; i++) {
            awaitBeats(pair, source, 1);
            if (pair.written() == before) {
                return;
            }
            before = pair.written();
        }
        throw new AssertionError("it never comes to rest: " + pair);
    }

    /// Waits until the pair has written so many beats more, a second each.
    private static void awaitBeats(RunningPair pair, RedisServer server, int count) {
        for (int i = 0; i < count; i++) {
            String before = server.text("GET", "__syncline:{pair}:pair-beat");
            pair.await(
                    "a beat",
                    () -> !server.text("GET", "__syncline:{pair}:pair-beat").equals(before));
        }
    }

    @Test
    void theLaterOfTwoCrossingWritesWinsAndCommutingOnesBothLive() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy toSource = FaultProxy.before(source);
                FaultProxy toTarget = FaultProxy.before(target);
                RunningPair pair =
                        PairSetup.of(toSource.port(), toTarget.port()).start().awaitStreaming()) {
            awaitBeats(pair, source, 1);
            toSource.inject(Direction.TO_SERVER, new Fault.Stall());
            toTarget.inject(Direction.TO_SERVER, new Fault.Stall());
            source.command("SET", "k", "earlier");
            source.command("INCRBY", "n", "5");
            source.command("HSET", "h", "a", "1");
            source.command("SADD", "s", "a");
            pair.await("the source's writes", () -> isRead(pair, 0, source));
            target.command("SET", "k", "later");
            target.command("INCRBY", "n", "7");
            target.command("HSET", "h", "b", "2");
            target.command("SADD", "s", "b");
            pair.await("the target's writes", () -> isRead(pair, 1, target));
            toSource.heal();
            toTarget.heal();
            pair.awaitQuiet(source, target);
            assertThat(source.text("GET", "k")).isEqualTo("later");
            assertThat(source.text("GET", "n")).isEqualTo("12");
            assertThat(source.number("HLEN", "h")).isEqualTo(2);
            assertThat(source.number("SCARD", "s")).isEqualTo(2);
            assertThat(pair.resolutions())
                    .singleElement()
                    .satisfies(each -> {
                        assertThat(each.key().toString()).isEqualTo("0:k");
                        assertThat(each.winner()).isEqualTo(Site.TARGET);
                    });
            assertThat(pair.status().conflicts()).isEqualTo(1);
        }
    }

    private static boolean isRead(RunningPair pair, int direction, RedisServer server) {
        long offset = Long.parseLong(server.info("master_repl_offset"));
        return pair.status().shards().get(direction).receivedOffset() >= offset - 200;
    }

    @Test
    void whatIsWrittenAtTheTargetWhileTheFirstCopyRunsIsNotLost() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy slow = FaultProxy.before(target)) {
            for (int i = 0; i < 20_000; i++) {
                source.command("SET", "bulk:" + i, "from the source " + i);
            }
            slow.inject(Direction.TO_SERVER, new Fault.Throttle(400_000));
            try (RunningPair pair = PairSetup.of(source.port(), slow.port()).start()) {
                pair.await("the copy", () -> target.number("DBSIZE") > 1_000);
                for (int i = 0; i < 300; i++) {
                    target.command("APPEND", "bulk:" + i * 60, " and the target");
                    target.command("SET", "new:" + i, "at the target");
                }
                assertThat(target.number("DBSIZE")).isLessThan(20_000);
                slow.heal();
                pair.awaitStreaming();
                pair.awaitQuiet(source, target);
                assertThat(source.text("GET", "new:7")).isEqualTo("at the target");
            }
        }
    }

    @Test
    void aFlushAtEitherSideEmptiesTheOther() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            source.command("SET", "a", "1");
            pair.awaitQuiet(source, target);
            target.command("FLUSHALL");
            target.command("SET", "b", "2");
            pair.awaitQuiet(source, target);
            assertThat(source.text("GET", "b")).isEqualTo("2");
            assertThat(source.command("GET", "a")).isNull();
            source.command("FLUSHDB");
            pair.awaitQuiet(source, target);
            assertThat(target.command("GET", "b")).isNull();
        }
    }

    @Test
    void aTaskWhoseOwnKeysWereFlushedGoesOnWhereItWas() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                source.command("SET", "a", "1");
                target.command("SET", "b", "1");
                pair.awaitQuiet(source, target);
            }
            String snapshots = source.info("sync_full") + target.info("sync_full");
            target.command("FLUSHALL");
            target.command("INCR", "c");
            source.command("INCR", "c");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(source.command("GET", "a")).isNull();
            }
            assertThat(source.info("sync_full") + target.info("sync_full")).isEqualTo(snapshots);
        }
    }

    @Test
    void databasesAreMappedBothWays() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port())
                                .database(0, 4)
                                .database(3, 5)
                                .deny("LPUSH")
                                .start()
                                .awaitStreaming()) {
            run(source, List.of("SET a 1", "LPUSH never 1", "MOVE a 3", "SET b 1"));
            run(target, List.of("SELECT 4", "SET c 1", "SELECT 9", "SET other 1", "SELECT 0"));
            pair.await("c", () -> source.text("EXISTS", "c").equals("1"));
            run(target, List.of("SELECT 5"));
            pair.await("a", () -> target.text("EXISTS", "a").equals("1"));
            run(target, List.of("SELECT 4"));
            pair.await("b", () -> target.text("EXISTS", "b").equals("1"));
            assertThat(target.number("EXISTS", "never")).isZero();
            assertThat(source.number("EXISTS", "other")).isZero();

            run(source, List.of("FLUSHALL"));
            pair.await("no b", () -> target.text("EXISTS", "b").equals("0"));
            run(target, List.of("SELECT 5"));
            assertThat(target.number("EXISTS", "a")).isZero();
            run(target, List.of("SELECT 9"));
            assertThat(target.number("EXISTS", "other")).isOne();
        }
    }

    @Test
    void theSameInstanceOnBothSidesIsRefused() {
        try (RedisServer server = RedisServer.start();
                RunningPair pair = PairSetup.of(server.port(), server.port()).start()) {
            assertThat(pair.awaitEnd()).isEqualTo(Link.Outcome.PRECHECK_FAILED);
            assertThat(errors(pair)).contains("different-instances");
        }
    }

    private static List<String> errors(RunningPair pair) {
        return pair.events(LinkEvent.Checked.class).stream()
                .map(LinkEvent.Checked::finding)
                .filter(each -> each.severity() == Finding.Severity.ERROR)
                .map(Finding::check)
                .toList();
    }

    @Test
    void afterAGapItStopsAndOneSideCanBeChosen() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                source.command("SET", "deleted", "1");
                source.command("SET", "kept", "1");
                pair.awaitQuiet(source, target);
            }
            target.command("DEL", "deleted");
            source.command("SET", "kept", "2");
            // A new run of the same server has another stream.
            source.shutdown("SAVE");
            source.restart();
            source.command("DEBUG", "CHANGE-REPL-ID");
            try (RunningPair pair = PairSetup.of(source.port(), target.port()).start()) {
                assertThat(pair.awaitFailure().code()).isEqualTo(ErrorCode.POSITION_LOST);
                assertThat(pair.awaitFailure().remedy()).contains("--resync-from");
            }
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port())
                            .resyncFrom(Site.TARGET)
                            .start()
                            .awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(source.command("GET", "deleted")).isNull();
                assertThat(source.text("GET", "kept")).isEqualTo("1");
                source.command("SET", "after", "1");
                pair.awaitQuiet(source, target);
            }
        }
    }

    @Test
    void itEndsWhenBothSidesHaveWhatTheOtherHad() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port())
                                .end(LinkOptions.End.CAUGHT_UP)
                                .start()) {
            assertThat(pair.awaitEnd()).isEqualTo(Link.Outcome.DONE);
        }
    }
}
