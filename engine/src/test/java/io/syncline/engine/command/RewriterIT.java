package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.Reply;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.ServerVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What other versions stream is accepted, once rewritten, by every version, and does what it says.
class RewriterIT {
    private static final long HOUR_MILLIS = 3_600_000;

    /// What a test run may take between two looks at the clock.
    private static final long TOLERANCE_MILLIS = 60_000;

    private final List<String> wrong = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void oldRelativeExpiryIsAbsoluteAtEveryTarget(ServerBinary binary) throws IOException {
        try (RedisServer server = RedisServer.start(binary);
                Session session = new Session(server)) {
            Replay replay = new Replay(session, Dialect.redis(5, 0), binary.version(), HOUR_MILLIS);
            replay.run("SET a v EX 3600");
            replay.run("SET b v");
            replay.run("EXPIRE b 3600");
            replay.run("SETEX c 3600 v");
            replay.run("PSETEX d 3600000 v");
            replay.run("SET e v PX 3600000 NX");
            replay.run("SET f v");
            replay.run("PEXPIRE f 3600000");
            replay.dump("f", "g");
            replay.run("RESTORE", "g", "3600000", replay.payload);
            replay.run("RESTORE-ASKING", "g", "3600000", replay.payload);

            for (String key : List.of("a", "b", "c", "d", "e", "f", "g")) {
                expectExpiry(session, key, 2 * HOUR_MILLIS);
            }
        }

        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void whatTheNewestServersStreamIsAcceptedByEveryTarget(ServerBinary binary) throws IOException {
        ServerVersion version = binary.version();
        long moment = System.currentTimeMillis() + HOUR_MILLIS;
        try (RedisServer server = RedisServer.start(binary);
                Session session = new Session(server)) {
            Replay replay = new Replay(session, Dialect.redis(8, 6), version, 0);
            replay.run("SET a v PXAT " + moment);
            replay.run("SET a v2 KEEPTTL");
            expectExpiry(session, "a", HOUR_MILLIS);
            replay.run("MSETEX 2 b 1 c 2 PXAT " + moment);
            expectExpiry(session, "c", HOUR_MILLIS);
            replay.run("SET d v IFEQ old");
            replay.run("PEXPIREAT d " + moment + " NX");
            expectExpiry(session, "d", HOUR_MILLIS);
            replay.run("HSET h a 1 b 2");
            replay.run("HSETEX h KEEPTTL FIELDS 1 a 2.5");
            expect(session, "2.5", "HGET", "h", "a");
            replay.run("HGETDEL h FIELDS 1 b");
            expect(session, "1", "HLEN", "h");
            replay.run("RPUSH l 1 2 3 4 5");
            replay.run("LPOP l 2");
            replay.run("RPOP l 1");
            expect(session, "34", "LINDEX", "l", "0", "LINDEX", "l", "1");
            replay.run("LMOVE l m RIGHT LEFT");
            replay.run("ZADD z 1 a 2 b 3 c");
            replay.run("ZPOPMIN z");
            replay.run("ZPOPMAX z 1");
            expect(session, "1", "ZCARD", "z");
            scripts(session, replay, version, moment);
            replay.run("UNLINK a b");
            replay.dump("d", "r");
            replay.run("RESTORE", "r", moment + "", replay.payload, "ABSTTL");
            expectExpiry(session, "r", HOUR_MILLIS);
            if (version.hasStreams()) {
                replay.run("XADD s MAXLEN = 1 LIMIT 10 1-1 f v");
                replay.run("XADD s IDMP p i MAXLEN = 1 LIMIT 10 1-2 f v");
                replay.run("XTRIM s MAXLEN = 1 LIMIT 100");
                replay.run("XADD s NOMKSTREAM MINID = 1-3 1-3 f v");
                expect(session, "1", "XLEN", "s");
                replay.run("XTRIM s MINID = 1-3");
                replay.run("XGROUP CREATE s g 0 ENTRIESREAD 1");
                replay.run("XGROUP CREATECONSUMER s g c");
                replay.run("XGROUP SETID s g 1-1 ENTRIESREAD 1");
                replay.run("XSETID s 5-1 ENTRIESADDED 7 MAXDELETEDID 1-1");
                expect(session, "1", "XLEN", "s");
            }
            replay.run("FLUSHDB ASYNC");
            replay.run("FLUSHALL SYNC");
            expect(session, "0", "DBSIZE");
        }

        assertThat(wrong).isEmpty();
    }

    /// What has no older form of one command.
    private void scripts(Session session, Replay replay, ServerVersion version, long moment)
            throws IOException {
        replay.run("RPUSH left a b c d");
        replay.run("LMOVE left right LEFT LEFT");
        replay.run("LMOVE left right RIGHT RIGHT");
        replay.run("LMOVE left left LEFT RIGHT");
        expect(
                session, "cbad", "LINDEX", "left", "0", "LINDEX", "left", "1", "LINDEX", "right",
                "0", "LINDEX", "right", "1");
        replay.run("ZADD y 1 a 2.5 b 3 c");
        replay.run("ZADD y GT CH 2 a 1 b 9 d");
        replay.run("ZADD y XX LT 1 c 1 e");
        replay.run("ZADD y GT INCR 5 a");
        replay.run("ZRANGESTORE low y 0 1");
        replay.run("ZRANGESTORE high y +inf (1 BYSCORE REV LIMIT 0 2");
        replay.run("ZRANGESTORE text low - [c BYLEX");
        replay.run("ZDIFFSTORE rest 2 y low");
        expect(session, "4", "ZCARD", "y");
        expect(session, "7", "ZSCORE", "rest", "a");
        expect(session, "9", "ZSCORE", "high", "d");
        expect(session, "2.5", "ZSCORE", "low", "b");
        expect(session, "2", "ZCARD", "rest");
        if (dialect(version).streamsEffects()) {
            replay.run("SET e v PXAT " + moment);
            replay.run("COPY e f REPLACE");
            expectExpiry(session, "f", HOUR_MILLIS);
            replay.run("COPY y copied DB 3");
            replay.run("GEOADD g 13.36 38.11 P 15.08 37.5 C");
            replay.run("GEOSEARCHSTORE near g FROMMEMBER P BYRADIUS 1 km");
            expect(session, "1", "ZCARD", "near");
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void fieldExpiryReachesTargetsThatHaveIt(ServerBinary binary) throws IOException {
        if (!binary.version().hasFieldExpiry()) {
            return;
        }
        long moment = System.currentTimeMillis() + HOUR_MILLIS;
        try (RedisServer server = RedisServer.start(binary);
                Session session = new Session(server)) {
            Replay replay = new Replay(session, Dialect.redis(8, 6), binary.version(), HOUR_MILLIS);
            replay.run("HSETEX h PXAT " + moment + " FIELDS 2 a 1 b 2");
            replay.run("HSET h c 3");
            replay.run("HPEXPIREAT h " + moment + " FIELDS 1 c");
            replay.run("HPEXPIREAT h 70368744177663 FIELDS 1 b");

            Reply.Items left = (Reply.Items) session.call("HPTTL", "h", "FIELDS", "2", "a", "c");
            for (Reply item : left.items()) {
                assertThat(((Reply.Whole) item).value())
                        .isBetween(2 * HOUR_MILLIS - TOLERANCE_MILLIS, 2 * HOUR_MILLIS);
            }
        }

        assertThat(wrong).isEmpty();
    }

    private void expectExpiry(Session session, String key, long millis) throws IOException {
        long left = ((Reply.Whole) session.call("PTTL", key)).value();
        if (left > millis + TOLERANCE_MILLIS || left < millis - TOLERANCE_MILLIS) {
            wrong.add(key + " expires in " + left + " ms, not in " + millis);
        }
    }

    /// Several commands of equal length in one go; their results joined.
    private void expect(Session session, String expected, String... words) throws IOException {
        StringBuilder found = new StringBuilder();
        int length = words[0].equals("LINDEX") ? 3 : words.length;
        for (int i = 0; i < words.length; i += length) {
            Reply reply =
                    session.call(List.of(words).subList(i, i + length).toArray(String[]::new));
            found.append(
                    reply instanceof Reply.Whole whole
                            ? whole.value() + ""
                            : reply instanceof Reply.Bulk bulk ? bulk.utf8() : reply.toString());
        }
        if (!found.toString().equals(expected)) {
            wrong.add(String.join(" ", words) + " gave " + found + ", not " + expected);
        }
    }

    private static Dialect dialect(ServerVersion of) {
        return new Dialect(Dialect.Product.valueOf(of.product().name()), of.major(), of.minor());
    }

    /// Sends commands of a source to a target as a link would.
    private final class Replay {
        private final Session session;
        private final Rewriter rewriter;
        private String payload = "";

        Replay(Session session, Dialect source, ServerVersion target, long extensionMillis) {
            this.session = session;
            rewriter =
                    new Rewriter(
                            new RewriteRules(
                                    source,
                                    dialect(target),
                                    extensionMillis,
                                    DatabaseMap.identity(),
                                    null));
        }

        void run(String line) throws IOException {
            run(line.split(" ", -1));
        }

        void run(String... words) throws IOException {
            CommandView view = CommandViews.of(words);
            CommandSpec spec = CommandViews.spec(view);
            ByteBuilder out = new ByteBuilder(64);
            int count = Rewriter.LEAVE;
            if (rewriter.concerns(view, spec)) {
                count = rewriter.rewrite(view, spec, System.currentTimeMillis(), out);
            }
            if (count == Rewriter.DROP) {
                return;
            }
            if (count == Rewriter.LEAVE) {
                view.copyTo(out);
                count = 1;
            }
            for (Reply reply : session.send(out, count)) {
                if (reply instanceof Reply.Failure failure) {
                    wrong.add(String.join(" ", words) + " -> " + out + ": " + failure.text());
                }
            }
        }

        void dump(String key, String other) throws IOException {
            Reply.Bulk value = (Reply.Bulk) session.call("DUMP", key);
            payload = new String(value.bytes(), StandardCharsets.ISO_8859_1);
            session.call("DEL", other);
        }
    }
}
