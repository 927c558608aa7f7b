package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewriterTest {
    private static final long ARRIVAL_MILLIS = 1_000_000;
    private static final Dialect MODERN = Dialect.redis(8, 4);

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "EXPIRE k 10;PEXPIREAT k 1010000",
                "expire k 10 NX;PEXPIREAT k 1010000",
                "PEXPIRE k 10;PEXPIREAT k 1000010",
                "SETEX k 10 v;SET k v PXAT 1010000",
                "PSETEX k 10 v;SET k v PXAT 1000010",
                "SET k v EX 10 NX;SET k v PXAT 1010000",
                "SET k v NX PX 10 GET;SET k v PXAT 1000010",
                "SET k EX PX 10;SET k EX PXAT 1000010",
                "GETEX k EX 1;PEXPIREAT k 1001000",
                "GETEX k PERSIST;PERSIST k",
                "HEXPIRE h 10 FIELDS 1 f;HPEXPIREAT h 1010000 FIELDS 1 f",
                "HSETEX h FNX EX 1 FIELDS 1 f v;HSETEX h PXAT 1001000 FIELDS 1 f v",
                "HGETEX h PX 5 FIELDS 2 a b;HPEXPIREAT h 1000005 FIELDS 2 a b",
                "HGETEX h PERSIST FIELDS 1 a;HPERSIST h FIELDS 1 a",
                "MSETEX 2 a 1 b 2 NX EX 1;MSETEX 2 a 1 b 2 PXAT 1001000",
                "INCREX k BYINT 1 EX 60 SATURATE;INCREX k BYINT 1 PXAT 1060000 SATURATE",
                "RESTORE k 5000 payload;RESTORE k 1005000 payload REPLACE ABSTTL",
                "RESTORE k 0 payload;RESTORE k 0 payload REPLACE",
                "RESTORE-ASKING k 0 p FREQ 3;RESTORE k 0 p REPLACE FREQ 3"
            })
    void relativeExpiryBecomesAbsolute(String line, String expected) {
        assertThat(rewrite(Dialect.redis(6, 0), MODERN, 0, line)).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SET k v PXAT 1000;SET k v PXAT 8000",
                "SET k v EXAT 1;SET k v PXAT 8000",
                "PEXPIREAT k 1000 GT;PEXPIREAT k 8000",
                "EXPIREAT k 1;PEXPIREAT k 8000",
                "PEXPIREAT k -5;PEXPIREAT k 6995",
                "PEXPIREAT k 9223372036854775807;PEXPIREAT k 9223372036854775807",
                "EXPIREAT k 9223372036854775807;PEXPIREAT k 9223372036854775807",
                "EXPIRE k 9223372036854775;PEXPIREAT k 9223372036854775807",
                "HPEXPIREAT h 1000 NX FIELDS 1 f;HPEXPIREAT h 8000 NX FIELDS 1 f",
                "HPEXPIREAT h 70368744177663 FIELDS 1 f;HPEXPIREAT h 70368744177663 FIELDS 1 f",
                "HEXPIREAT h 1 FIELDS 1 f;HPEXPIREAT h 8000 FIELDS 1 f",
                "HSETEX h PXAT 1000 FIELDS 1 f v;HSETEX h PXAT 8000 FIELDS 1 f v",
                "HGETEX h EXAT 1 FIELDS 1 f;HPEXPIREAT h 8000 FIELDS 1 f",
                "GETEX k PXAT 1000;PEXPIREAT k 8000",
                "MSETEX 1 a 1 PXAT 1000;MSETEX 1 a 1 PXAT 8000",
                "RESTORE k 1000 p REPLACE ABSTTL;RESTORE k 8000 p REPLACE ABSTTL",
                "INCREX k PXAT 1000;INCREX k PXAT 8000"
            })
    void theExtensionIsAddedToEveryExpiry(String line, String expected) {
        assertThat(rewrite(MODERN, MODERN, 7000, line)).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "XADD s MAXLEN = 5 LIMIT 10 1-1 f v;XADD s MAXLEN = 5 1-1 f v",
                "XADD s NOMKSTREAM MINID = 1-1 LIMIT 0 2-1 f v;XADD s NOMKSTREAM MINID = 1-1 2-1 f v",
                "XTRIM s MAXLEN = 5 LIMIT 10;XTRIM s MAXLEN = 5",
                "XADD s IDMP p i 1-1 f v;XADD s 1-1 f v",
                "XADD s IDMPAUTO p MAXLEN = 5 LIMIT 3 1-1 LIMIT 3;XADD s MAXLEN = 5 1-1 LIMIT 3",
                "SET k v IFEQ x;SET k v",
                "SET k v IFNE x KEEPTTL;SET k v KEEPTTL"
            })
    void whatOnlyAReplicaMayBeSentBecomesAClientsForm(String line, String expected) {
        assertThat(rewrite(MODERN, MODERN, 0, line)).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v",
                "SET k v NX",
                "SET k v KEEPTTL",
                "SET k v PXAT 5",
                "SET k v EXAT 5",
                "SET k v PXAT",
                "SET k v PXAT x",
                "SET k v WHATEVER 5",
                "PEXPIREAT k 5 NX",
                "PEXPIREAT k",
                "XADD s 1-1 f v",
                "XADD s MAXLEN ~ 5 LIMIT 10 * f v",
                "XADD s KEEPREF 1-1 f v",
                "XADD s 1-1 LIMIT 5",
                "XTRIM s MAXLEN = 5",
                "RESTORE k 0 p REPLACE",
                "RESTORE k 5 p ABSTTL REPLACE",
                "RESTORE k -1 p",
                "RESTORE k",
                "MSETEX 1 a 1 KEEPTTL",
                "HSETEX h KEEPTTL FIELDS 1 f v",
                "HSET h a 1 b 2",
                "LPOP k 5",
                "UNLINK k",
                "FLUSHALL ASYNC",
                "COPY a b DB 5",
                "NOSUCH k EX 5"
            })
    void betweenModernServersCommandsStay(String line) {
        assertThat(rewrite(MODERN, MODERN, 0, line)).containsExactly(line);
    }

    @Test
    void plainSetIsNeverLookedAt() {
        CommandView view = CommandViews.of("SET k v");
        Rewriter rewriter = new Rewriter(rules(Dialect.redis(2, 8), Dialect.redis(2, 8), 5));

        assertThat(rewriter.concerns(view, CommandViews.spec(view))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "6;0;SET k v PXAT 5;SET k v|PEXPIREAT k 5",
                "6;0;PEXPIREAT k 5 NX;PEXPIREAT k 5",
                "6;0;LPOP k 3;LTRIM k 3 -1",
                "6;0;RPOP k 3;LTRIM k 0 -4",
                "6;0;RPOP k;RPOP k",
                "6;0;LMOVE a b RIGHT LEFT;RPOPLPUSH a b",
                "6;2;LMOVE a b LEFT LEFT;LMOVE a b LEFT LEFT",
                "6;0;ZADD z NX CH 1 a;ZADD z NX CH 1 a",
                "6;0;GEOSEARCHSTORE r g FROMMEMBER m BYRADIUS 2 km ASC COUNT 3;"
                        + "GEORADIUSBYMEMBER g m 2 km ASC COUNT 3 STORE r",
                "6;0;GEOSEARCHSTORE r g FROMLONLAT 1 2 BYRADIUS 2 km STOREDIST;"
                        + "GEORADIUS g 1 2 2 km STOREDIST r",
                "6;0;GEOSEARCHSTORE r g FROMMEMBER m BYBOX 2 2 km;"
                        + "GEOSEARCHSTORE r g FROMMEMBER m BYBOX 2 2 km",
                "6;0;XADD s NOMKSTREAM MAXLEN = 5 1-1 f v;XADD s MAXLEN = 5 1-1 f v",
                "3;0;COPY a b;COPY a b",
                "6;2;XGROUP SETID s g 5-1 ENTRIESREAD 7;XGROUP SETID s g 5-1",
                "6;2;XSETID s 5-1 ENTRIESADDED 7 MAXDELETEDID 1-1;XSETID s 5-1",
                "6;0;FLUSHALL SYNC;FLUSHALL",
                "6;0;FLUSHALL ASYNC;FLUSHALL ASYNC",
                "4;0;ZPOPMIN z;ZREMRANGEBYRANK z 0 0",
                "4;0;ZPOPMAX z 3;ZREMRANGEBYRANK z -3 -1",
                "4;0;RESTORE k 1005000 p ABSTTL IDLETIME 5;RESTORE k 5000 p REPLACE",
                "4;0;RESTORE k 5 p ABSTTL;RESTORE k 1 p REPLACE",
                "2;8;RESTORE k 0 p;DEL k|RESTORE k 0 p",
                "3;2;UNLINK a b;DEL a b",
                "3;2;HSET h a 1 b 2;HMSET h a 1 b 2",
                "3;2;HSET h a 1;HSET h a 1",
                "3;2;FLUSHDB ASYNC;FLUSHDB",
                "7;0;HSETEX h KEEPTTL FIELDS 1 f v;HSET h f v",
                "3;2;HSETEX h KEEPTTL FIELDS 2 f v g w;HMSET h f v g w",
                "7;0;HSETEX h PXAT 5 FIELDS 1 f v;HSETEX h PXAT 5 FIELDS 1 f v",
                "7;4;HSETEX h PXAT 5 FIELDS 2 f v g w;HSET h f v g w|HPEXPIREAT h 5 FIELDS 2 f g",
                "7;4;HSETEX h KEEPTTL FIELDS 1 f v;HSETEX h KEEPTTL FIELDS 1 f v",
                "7;4;MSETEX 2 a 1 b 2;MSET a 1 b 2",
                "7;4;MSETEX 2 a 1 b 2 PXAT 5;SET a 1 PXAT 5|SET b 2 PXAT 5",
                "7;4;MSETEX 2 a 1 b 2 KEEPTTL;SET a 1 KEEPTTL|SET b 2 KEEPTTL",
                "7;4;HGETDEL h FIELDS 2 a b;HDEL h a b",
                "2;8;HGETDEL h FIELDS 1 a;HDEL h a",
                "8;0;HGETDEL h FIELDS 2 a b;HGETDEL h FIELDS 2 a b",
                "7;4;XADD s KEEPREF 1-1 f v;XADD s 1-1 f v"
            })
    void newerFormsBecomeOlderOnes(int major, int minor, String line, String expected) {
        assertThat(rewrite(MODERN, Dialect.redis(major, minor), 0, line))
                .containsExactly(expected.split("\\|", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "LMOVE a b LEFT RIGHT; 2 a b LPOP RPUSH",
                "COPY a b REPLACE; 2 a b",
                "COPY a b DB 3; 2 a b 3",
                "ZADD z GT XX 1 a 2 b; 1 z GT XX  1 a 2 b",
                "ZADD z LT INCR 1 a; 1 z LT  INCR 1 a",
                "ZRANGESTORE r z 5 1 BYSCORE REV LIMIT 0 9;"
                        + " 2 r z scores ZREVRANGEBYSCORE z 5 1 WITHSCORES LIMIT 0 9",
                "ZRANGESTORE r z - + BYLEX; 2 r z  ZRANGEBYLEX z - +",
                "ZDIFFSTORE r 3 a b c; 4 r a b c",
                "XTRIM s MINID = 7 LIMIT 5; 1 s 6-18446744073709551615"
            })
    void whatOldTargetsLackIsDoneByScript(String line, String end) {
        assertThat(rewrite(MODERN, Dialect.redis(6, 0), 0, line))
                .singleElement()
                .asString()
                .startsWith("EVAL ")
                .endsWith(" " + end);
    }

    @Test
    void anOldTargetTrimsBehindAnEntryThatNewOnesTrimWith() {
        assertThat(rewrite(MODERN, Dialect.redis(6, 0), 0, "XADD s MINID = 5-3 9-1 f v"))
                .hasSize(2)
                .startsWith("XADD s 9-1 f v")
                .last()
                .asString()
                .endsWith(" 1 s 5-2");
    }

    @Test
    void oldTargetsKeepAnExpiryByScript() {
        assertThat(rewrite(MODERN, Dialect.redis(5, 0), 0, "SET k 1.5 KEEPTTL"))
                .singleElement()
                .asString()
                .startsWith("EVAL ")
                .endsWith(" 1 k 1.5");
    }

    @Test
    void databasesAreMapped() {
        RewriteRules rules =
                new RewriteRules(MODERN, MODERN, 0, DatabaseMap.of(Map.of(0, 0, 1, 5, 2, 2)), null);

        assertThat(rewrite(rules, "MOVE k 1")).containsExactly("MOVE k 5");
        assertThat(rewrite(rules, "MOVE k 2")).containsExactly("MOVE k 2");
        assertThat(rewrite(rules, "MOVE k 9")).containsExactly("DEL k");
        assertThat(rewrite(rules, "COPY a b DB 1 REPLACE"))
                .containsExactly("COPY a b DB 5 REPLACE");
        assertThat(rewrite(rules, "COPY a b REPLACE")).containsExactly("COPY a b REPLACE");
        assertThat(rewrite(rules, "COPY a b DB 9")).isEmpty();
    }

    @Test
    void databasesThatWouldMixAreRefused() {
        assertThatThrownBy(() -> DatabaseMap.of(Map.of(0, 3, 1, 3)))
                .hasMessage("two databases go into target database 3; give each its own");
        assertThatThrownBy(() -> DatabaseMap.of(Map.of()))
                .hasMessage("no database is included; name at least one");
        assertThat(DatabaseMap.identity().target(7)).isEqualTo(7);
        assertThat(DatabaseMap.of(Map.of(1, 0)).target(0)).isEqualTo(DatabaseMap.EXCLUDED);
    }

    @Test
    void payloadsAreAdapted() {
        RewriteRules rules =
                new RewriteRules(
                        MODERN,
                        MODERN,
                        0,
                        DatabaseMap.identity(),
                        (buffer, offset, length, out) -> {
                            if (length == 1) {
                                return false;
                            }
                            out.putAscii("adapted");
                            return true;
                        });

        assertThat(rewrite(rules, "RESTORE k 0 payload REPLACE"))
                .containsExactly("RESTORE k 0 adapted REPLACE");
        assertThat(rewrite(rules, "RESTORE k 0 p REPLACE"))
                .containsExactly("RESTORE k 0 p REPLACE");
    }

    @Test
    void anAbsurdExtensionIsRefused() {
        assertThatThrownBy(() -> rules(MODERN, MODERN, -1))
                .hasMessage("the extension of expiries is -1 ms but must be 0 to 316224000000");
    }

    @Test
    void valkeyCountsAsRedisSevenTwo() {
        Dialect valkey = Dialect.valkey(8, 1);

        assertThat(valkey.streamsAbsoluteExpiry()).isTrue();
        assertThat(valkey.knowsFieldExpiry()).isFalse();
        assertThat(valkey.knowsStreamReferences()).isFalse();
        assertThat(Dialect.valkey(9, 1).knowsMsetex()).isTrue();
        assertThat(Dialect.valkey(9, 0).knowsHsetex()).isTrue();
        assertThat(Stream.of(MODERN, valkey).allMatch(Dialect::knowsReplace)).isTrue();
    }

    private static List<String> rewrite(
            Dialect source, Dialect target, long extensionMillis, String line) {
        return rewrite(rules(source, target, extensionMillis), line);
    }

    private static RewriteRules rules(Dialect source, Dialect target, long extensionMillis) {
        return new RewriteRules(source, target, extensionMillis, DatabaseMap.identity(), null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SET k v PXAT 1000;SET k v PXAT 5000",
                "SET k v EXAT 9;SET k v EXAT 9",
                "PEXPIREAT k 1000 GT;PEXPIREAT k 5000",
                "PEXPIREAT k 9000 GT;PEXPIREAT k 9000",
                "PEXPIREAT k 9000;PEXPIREAT k 9000",
                "GETEX k PXAT 1000;PEXPIREAT k 5000",
                "RESTORE k 1000 p REPLACE ABSTTL;RESTORE k 5000 p REPLACE ABSTTL",
                "RESTORE k 0 p REPLACE ABSTTL;RESTORE k 0 p REPLACE ABSTTL",
                "INCREX k BYINT 1 PXAT 1000;INCREX k BYINT 1 PXAT 5000",
                "MSETEX 2 a 1 b 2 PXAT 1000;SET a 1 PXAT 5000, SET b 2 PXAT 5000",
                "PERSIST k;PERSIST k"
            })
    void anExpiryThatIsHeldIsSentInsteadOfTheCommands(String line, String expected) {
        ExpiryHold hold =
                new ExpiryHold() {
                    @Override
                    public boolean isActive() {
                        return true;
                    }

                    @Override
                    public long sent(CommandView view, int key, long moment) {
                        return Math.max(5_000, moment);
                    }
                };
        Rewriter rewriter = new Rewriter(rules(MODERN, MODERN, 0), hold);
        assertThat(rewrite(rewriter, line)).containsExactly(expected.split(", ", -1));
    }

    private static List<String> rewrite(RewriteRules rules, String line) {
        return rewrite(new Rewriter(rules), line);
    }

    private static List<String> rewrite(Rewriter rewriter, String line) {
        CommandView view = CommandViews.of(line);
        CommandSpec spec = CommandViews.spec(view);
        ByteBuilder out = new ByteBuilder(16);
        int written =
                rewriter.concerns(view, spec)
                        ? rewriter.rewrite(view, spec, ARRIVAL_MILLIS, out)
                        : Rewriter.LEAVE;
        List<String> lines = CommandViews.read(out);
        assertThat(lines).hasSize(Math.max(0, written));
        return written == Rewriter.LEAVE ? List.of(line) : lines;
    }
}
