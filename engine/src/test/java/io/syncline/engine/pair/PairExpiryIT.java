package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.params.SetParams;

/// Expiries that are past when they come to the other side, in all the ways in which servers treat
/// them.
class PairExpiryIT {
    /// Redis before 7.0 streams expiries from now on; from 8.0, and Valkey from 9.0, fields expire;
    /// Valkey from 8.1 takes no SET that has expired already.
    static Stream<ServerBinary> kinds() {
        return Stream.of("redis-6.2", "redis-8", "valkey-9")
                .map(Servers::find)
                .flatMap(Optional::stream);
    }

    private static final int BULK = 10_000;
    private static final int SESSIONS = 100;

    /// Each is made with an expiry of a millisecond that is taken back at once.
    private static final List<String> KEPT = List.of("set", "restored", "copied", "hash", "fields");

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void whatWasKeptInTimeIsKeptAtTheOtherSideThatGotItTooLate(ServerBinary binary) {
        boolean fields = !binary.name().startsWith("redis-6");
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary);
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            for (RedisServer site : List.of(source, target)) {
                keepInTime(site, site == source ? "source:" : "target:", fields);
            }

            pair.awaitQuiet(source, target);

            for (RedisServer site : List.of(source, target)) {
                for (String prefix : List.of("source:", "target:")) {
                    for (String key : fields ? KEPT : KEPT.subList(0, 3)) {
                        assertThat(site.number("PTTL", prefix + key)).as(key).isEqualTo(-1);
                    }
                }
            }
        }
    }

    private static void keepInTime(RedisServer site, String prefix, boolean fields) {
        site.command("SET", "value", "v");
        try (Jedis client = site.client()) {
            byte[] payload = client.dump("value");
            Transaction transaction = client.multi();
            transaction.set(prefix + "set", "v", SetParams.setParams().px(1));
            transaction.persist(prefix + "set");
            transaction.restore(prefix + "restored", 1, payload);
            transaction.persist(prefix + "restored");
            transaction.set(prefix + "copied", "v", SetParams.setParams().px(1));
            transaction.rename(prefix + "copied", prefix + "moved");
            transaction.rename(prefix + "moved", prefix + "copied");
            transaction.persist(prefix + "copied");
            if (fields) {
                transaction.hset(prefix + "hash", "f", "v");
                transaction.hset(prefix + "hash", "g", "v");
                transaction.hpexpire(prefix + "hash", 1, "f");
                transaction.hpersist(prefix + "hash", "f");
                transaction.hset(prefix + "fields", "f", "v");
                transaction.hpexpire(prefix + "fields", 1, "f");
                transaction.hpersist(prefix + "fields", "f");
            }
            transaction.exec();
        }
    }

    /// Sessions that their users keep alive, and a first copy that takes longer than one lives.
    @Test
    void whatWasRefreshedWhileTheFirstCopyRanIsAtBothSides() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy slow = FaultProxy.before(target)) {
            for (int i = 0; i < BULK; i++) {
                source.command("SET", "bulk:" + i, "a value of some length, to take its time");
            }
            slow.inject(FaultProxy.Direction.TO_SERVER, new Fault.Throttle(300_000));
            for (int i = 0; i < SESSIONS; i++) {
                source.command("HSET", "session:" + i, "f", "v");
                source.command("PEXPIRE", "session:" + i, "1500");
            }
            source.command("SET", "end", "1", "PX", "1500");
            try (RunningPair pair = PairSetup.of(source.port(), slow.port()).start()) {
                pair.await("the copy", () -> target.number("DBSIZE") > 100);
                for (int i = 0; i < SESSIONS; i++) {
                    source.command("EXPIRE", "session:" + i, "1000");
                }
                pair.await("the first expiries", () -> source.number("EXISTS", "end") == 0);
                slow.heal();
                pair.awaitStreaming();
                pair.awaitQuiet(source, target);
                assertThat(target.number("DBSIZE")).isGreaterThan(BULK + SESSIONS);
            }
        }
    }

    /// No server restores it, so its copy would be refused for ever.
    @Test
    void aHashWithoutAnyFieldThatAServerMadeIsNoHashAtTheOtherSide() {
        Optional<ServerBinary> binary = Servers.find("valkey-9");
        assumeTrue(binary.isPresent(), "no server that makes such a hash");
        try (RedisServer source = RedisServer.start(binary.orElseThrow());
                RedisServer target = RedisServer.start(binary.orElseThrow());
                RunningPair pair =
                        PairSetup.of(source.port(), target.port())
                                .paused(Site.SOURCE)
                                .paused(Site.TARGET)
                                .start()
                                .awaitStreaming()) {
            target.command("HSET", "copy", "f", "v");
            pair.await("a hash without fields", () -> makeEmptyHash(source));

            pair.task().pause(Site.SOURCE, false);
            pair.task().pause(Site.TARGET, false);
            pair.await("the key to go", () -> target.number("EXISTS", "copy") == 0);

            target.command("HSET", "copy", "f", "v");
            pair.awaitQuiet(source, target);
        }
    }

    private static boolean makeEmptyHash(RedisServer server) {
        server.command("DEL", "copy");
        server.command("HSET", "expires", "f", "v");
        server.command("HPEXPIRE", "expires", "1", "FIELDS", "1", "f");
        Await.until(
                "the field to expire",
                RunningPair.LIMIT,
                () -> server.number("HEXISTS", "expires", "f") == 0);
        server.command("COPY", "expires", "copy");
        return server.number("EXISTS", "copy") == 1 && server.number("HLEN", "copy") == 0;
    }

    /// Where it comes too late, its expiry is past before it is copied, and the deletion behind
    /// that hides so.
    @Test
    void whatWasMadeOfAKeyThatWasKeptInTimeIsAtBothSides() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            pair.task().pause(Site.SOURCE, true);
            source.command("SET", "draft", "1", "PX", "400");
            source.command("SET", "other", "1", "PX", "400");
            source.command("PERSIST", "draft");
            source.command("COPY", "draft", "final");
            source.command("DEL", "draft");
            pair.await("their time", () -> source.number("EXISTS", "other") == 0);
            pair.task().pause(Site.SOURCE, false);
            pair.awaitQuiet(source, target);
            assertThat(target.text("GET", "final")).isEqualTo("1");
            assertThat(pair.resolutions()).isEmpty();
        }
    }

    /// Each side lets the key expire by itself; the source had just written it.
    @Test
    void anExpiryThatCrossesAWriteIsNoConflictOfUsers() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            source.command("SET", "session", "1", "PX", "700");
            pair.await("the session", () -> target.number("EXISTS", "session") == 1);
            pair.task().pause(Site.SOURCE, true);
            pair.task().pause(Site.TARGET, true);
            source.command("INCR", "session");
            for (RedisServer site : List.of(source, target)) {
                pair.await("its end", () -> site.number("EXISTS", "session") == 0);
            }
            pair.task().pause(Site.SOURCE, false);
            pair.task().pause(Site.TARGET, false);
            pair.awaitQuiet(source, target);
            assertThat(pair.resolutions()).isEmpty();
        }
    }

    /// The other side's own deletion of the key comes when there is a new one here.
    @Test
    void aWriteBehindTheEndOfAKeyAtBothSidesIsNoConflictOfUsers() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            source.command("SET", "session", "1", "PX", "700");
            pair.await("the session", () -> target.number("EXISTS", "session") == 1);
            pair.task().pause(Site.SOURCE, true);
            pair.task().pause(Site.TARGET, true);
            for (RedisServer site : List.of(source, target)) {
                pair.await("its end", () -> site.number("EXISTS", "session") == 0);
            }
            target.command("SET", "session", "2");
            pair.task().pause(Site.SOURCE, false);
            pair.task().pause(Site.TARGET, false);
            pair.awaitQuiet(source, target);
            assertThat(source.text("GET", "session")).isEqualTo("2");
            assertThat(pair.resolutions()).isEmpty();
        }
    }

    /// Valkey leaves out fields that have expired. The other side got a write that keeps the expiry
    /// too late, and so has the field without one.
    @Test
    void aCopyOfAHashHasWhatItHadWhereItWasMade() {
        Optional<ServerBinary> found = Servers.find("valkey-9");
        assumeTrue(found.isPresent(), "there is no Valkey 9 here");
        ServerBinary binary = found.orElseThrow();
        String debug = "enable-debug-command yes";
        try (RedisServer source = RedisServer.builder().binary(binary).config(debug).start();
                RedisServer target = RedisServer.builder().binary(binary).config(debug).start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            for (RedisServer site : List.of(source, target)) {
                site.command("DEBUG", "SET-ACTIVE-EXPIRE", "0");
            }
            source.command("HSET", "hash", "f", "v", "g", "v");
            source.command("HPEXPIRE", "hash", "2000", "FIELDS", "1", "f");
            pair.awaitQuiet(source, target);
            pair.task().pause(Site.SOURCE, true);
            source.command("HSETEX", "hash", "KEEPTTL", "FIELDS", "1", "f", "w");
            pair.await("the field to expire", () -> source.number("HEXISTS", "hash", "f") == 0);
            source.command("COPY", "hash", "copy");
            pair.task().pause(Site.SOURCE, false);
            for (RedisServer site : List.of(source, target)) {
                site.command("DEBUG", "SET-ACTIVE-EXPIRE", "1");
            }
            pair.awaitQuiet(source, target);
            assertThat(target.number("HEXISTS", "copy", "f")).isZero();
            assertThat(target.number("HLEN", "copy")).isEqualTo(1);
        }
    }
}
