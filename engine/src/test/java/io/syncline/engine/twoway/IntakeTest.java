package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntakeTest {
    private static List<PairCommand> take(String line) {
        ByteBuilder bytes = new ByteBuilder(64);
        RespWriter.command(bytes, line.split(" ", -1));
        CommandView view = new CommandView();
        new CommandParser().parse(bytes.array, 0, bytes.length, view);
        List<PairCommand> taken = new ArrayList<>();
        new Intake(Intake.VERBATIM, database -> database)
                .take(view, CommandTable.standard().find(view), 0, 0, 0, taken);
        return taken;
    }

    private static Effect effect(String line) {
        return take(line).getFirst().effects[0];
    }

    @ParameterizedTest
    @CsvSource({
        "INCRBY k 5, DECR k, true",
        "INCR k, SET k 1, false",
        "SADD k a, sadd k a b, true",
        "SADD k a, SREM k b, false",
        "HSET k a 1, HSET k b 2 c 3, true",
        "HSET k a 1, HSET k b 2 a 3, false",
        "HINCRBY k a 1, HINCRBY k a 2, true",
        "HINCRBY k a 1, HSET k a 2, false",
        "HSETNX k a 1, HINCRBY k b 2, true",
        "ZADD k 1 a, ZADD k CH 2 b, true",
        "ZADD k 1 a, ZADD k 2 a, false",
        "ZADD k 1 a, ZADD k NX 2 b, false",
        "ZADD k 1 a, ZINCRBY k 2 b, true",
        "ZINCRBY k 1 a, ZINCRBY k 2 a, false",
        "SETBIT k 1 1, SETBIT k 2 1, true",
        "SETBIT k 1 1, SETBIT k 1 0, false",
        "DEL k, UNLINK k, true",
        "PFADD k a, PFADD k b, true",
        "APPEND k a, APPEND k b, false",
        "RPUSH k a, RPUSH k b, false",
        "PEXPIREAT k 1, PEXPIREAT k 1, false",
        "XADD k 1-1 a b, XADD k 1-2 a b, false"
    })
    void writesCommuteAsTheTableSays(String one, String two, boolean commute) {
        assertThat(effect(one).commutation().commutesWith(effect(two).commutation()))
                .isEqualTo(commute);
        assertThat(effect(two).commutation().commutesWith(effect(one).commutation()))
                .isEqualTo(commute);
    }

    @ParameterizedTest
    @CsvSource({
        "COPY a b, -a +b",
        "COPY a b DB 3, -a +3:b",
        "SUNIONSTORE d a b, +d -a -b",
        "ZUNIONSTORE d 2 a b, -a -b +d",
        "BITOP AND d a b, +d -a -b",
        "RENAME a b, +a +b",
        "SMOVE a b m, +a +b",
        "MOVE a 2, +a +2:a",
        "RENAME a a, +a"
    })
    void keysThatAreReadAreToldFromThoseThatAreWritten(String line, String expected) {
        List<String> found = new ArrayList<>();
        for (Effect effect : take(line).getFirst().effects) {
            String database = effect.key().database() == 0 ? "" : effect.key().database() + ":";
            found.add(
                    (effect.writes() ? "+" : "-")
                            + database
                            + new String(effect.key().name(), ISO_8859_1));
        }
        assertThat(String.join(" ", found)).isEqualTo(expected);
    }

    @Test
    void commandsThatTreatEachKeyByItselfAreTakenApart() {
        assertThat(take("DEL a b c")).hasSize(3).allMatch(each -> each.deletes);
        assertThat(take("MSETNX a 1 b 2"))
                .extracting(each -> new String(each.wire, ISO_8859_1))
                .containsExactly(
                        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n",
                        "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n");
        assertThat(take("MSET a 1")).hasSize(1);
    }
}
