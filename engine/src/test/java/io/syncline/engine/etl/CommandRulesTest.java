package io.syncline.engine.etl;

import static io.syncline.engine.etl.RuleReaderTest.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandRulesTest {
    /// `d:` keys are dropped, `r:` keys are renamed to `n:`, others are kept.
    private static final KeyRules RULES = rules("drop d:*", "rename r:* to n:*");

    private static String judged(KeyRules rules, int database, String command) {
        ByteBuilder wire = new ByteBuilder(256);
        RespWriter.command(wire, command.strip().split(" ", -1));
        CommandView view = new CommandView();
        new CommandParser().parse(wire.array, 0, wire.length, view);
        CommandRules judge = new CommandRules(rules);
        return switch (judge.judge(database, view, CommandTable.standard().find(view))) {
            case AS_IS -> "as it is";
            case DROPPED -> "dropped";
            case REFUSED -> "refused";
            case CHANGED -> {
                StringBuilder text = new StringBuilder();
                CommandView made = judge.command();
                for (int i = 0; i < made.argumentCount; i++) {
                    text.append(i == 0 ? "" : " ").append(made.text(i));
                }
                assertThat(judge.spec()).isEqualTo(CommandTable.standard().find(made));
                yield text.toString();
            }
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // one key
                "SET k v EX 5                       | as it is",
                "SET d:1 v                          | dropped",
                "SET r:1 v EX 5                     | SET n:1 v EX 5",
                "XGROUP CREATE r:1 g $              | XGROUP CREATE n:1 g $",
                "RESTORE r:1 0 x REPLACE            | RESTORE n:1 0 x REPLACE",
                "PEXPIREAT r:1 99                   | PEXPIREAT n:1 99",
                "XADD r:1 * f v                     | XADD n:1 * f v",
                "SOME.MODULE r:1 x                  | SOME.MODULE n:1 x",
                // each key by itself
                "DEL a d:1 r:1                      | DEL a n:1",
                "UNLINK d:1 d:2                     | dropped",
                "MSET a 1 d:1 2 r:1 3               | MSET a 1 n:1 3",
                "MSETNX a 1 d:1 2                   | MSET a 1",
                "MSETNX a 1 r:1 2                   | MSETNX a 1 n:1 2",
                "MSETEX 3 a 1 d:1 2 r:1 3 NX PX 9   | MSETEX 2 a 1 n:1 3 PX 9",
                "JSON.MSET a $ 1 d:1 $ 2            | JSON.MSET a $ 1",
                "TS.MADD d:1 1 2 r:1 3 4            | TS.MADD n:1 3 4",
                // from one key to another
                "RENAME r:1 r:2                     | RENAME n:1 n:2",
                "RENAME a d:1                       | DEL a",
                "RENAMENX r:1 d:1                   | DEL n:1",
                "RENAME d:1 a                       | refused",
                "RENAME d:1 d:2                     | dropped",
                "COPY a d:1                         | dropped",
                "COPY d:1 a REPLACE                 | refused",
                "COPY r:1 a REPLACE                 | COPY n:1 a REPLACE",
                "SMOVE a d:1 m                      | SREM a m",
                "SMOVE d:1 r:1 m                    | SADD n:1 m",
                "LMOVE a d:1 LEFT RIGHT             | LPOP a",
                "LMOVE r:1 d:1 RIGHT LEFT           | RPOP n:1",
                "BLMOVE d:1 a LEFT LEFT 0           | refused",
                "RPOPLPUSH r:1 d:1                  | RPOP n:1",
                "RPOPLPUSH d:1 a                    | refused",
                // a result of several
                "SUNIONSTORE r:0 a r:1              | SUNIONSTORE n:0 a n:1",
                "SUNIONSTORE d:0 a b                | dropped",
                "SINTERSTORE a d:1 b                | refused",
                "ZUNIONSTORE r:0 2 a r:1 WEIGHTS 1 2 | ZUNIONSTORE n:0 2 a n:1 WEIGHTS 1 2",
                "ZUNIONSTORE a 2 b d:1              | refused",
                "ZRANGESTORE d:0 a 0 -1             | dropped",
                "BITOP AND d:0 a b                  | dropped",
                "BITOP AND a d:0 b                  | refused",
                "PFMERGE r:0 a                      | PFMERGE n:0 a",
                "PFMERGE a d:1                      | refused",
                "GEOSEARCHSTORE r:0 r:1 FROMLONLAT 1 2 BYRADIUS 1 m"
                        + " | GEOSEARCHSTORE n:0 n:1 FROMLONLAT 1 2 BYRADIUS 1 m",
                "GEORADIUS a 1 2 3 m STORE d:0      | dropped",
                "GEORADIUS r:1 1 2 3 m STORE r:0    | GEORADIUS n:1 1 2 3 m STORE n:0",
                "SORT r:1 STORE r:0                 | SORT n:1 STORE n:0",
                "SORT a BY nosort STORE d:0         | dropped",
                "SORT a BY w_* STORE d:0            | dropped",
                "SORT a BY w_* STORE b              | refused",
                "SORT a GET # STORE b               | as it is",
                // scripts: by the keys they name
                "EVAL s 2 a r:1 x                   | EVAL s 2 a n:1 x",
                "EVALSHA s 2 a d:1                  | refused",
                "FCALL f 1 d:1                      | dropped",
                "EVAL s 0 d:1                       | refused",
                // no key
                "PUBLISH d:1 m                      | as it is",
                "SPUBLISH d:1 m                     | as it is",
                "FUNCTION LOAD d:1                  | as it is",
                "FLUSHALL                           | as it is",
                "FT.CREATE d:1                      | as it is",
                // what nobody can halve
                "BLPOP a d:1 0                      | refused",
                "TS.CREATERULE a d:1 AGGREGATION avg 5 | refused",
            })
    void changesEachCommandByItsKeys(String command, String expected) {
        assertThat(judged(RULES, 0, command)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MOVE a 1            | DEL a",
                "MOVE a 2            | refused",
                "MOVE a 3            | as it is",
                "MOVE x 3            | MOVE y 3",
                "COPY b a DB 1       | dropped",
                "COPY b a DB 2       | COPY b z DB 2",
                "COPY b a DB 3       | as it is",
            })
    void looksAtTheOtherDatabasesRules(String command, String expected) {
        KeyRules rules = rules("drop a db 1", "rename a to z db 2", "rename x to y db 0,3");

        assertThat(judged(rules, 0, command)).isEqualTo(expected);
    }

    @Test
    void refusesAMoveFromADatabaseWhereTheKeyIsDropped() {
        assertThat(judged(rules("drop a db 1"), 1, "MOVE a 0")).isEqualTo("refused");
    }

    @Test
    void manyKeysOfOneCommandAreJudgedEach() {
        StringBuilder command = new StringBuilder("DEL");
        StringBuilder expected = new StringBuilder("DEL");
        for (int i = 0; i < 3_000; i++) {
            String[] names = {"a" + i, "d:" + i, "r:" + i};
            command.append(' ').append(names[i % 3]);
            if (i % 3 != 1) {
                expected.append(' ').append(i % 3 == 0 ? names[0] : "n:" + i);
            }
        }
        assertThat(judged(RULES, 0, command.toString())).isEqualTo(expected.toString());
    }
}
