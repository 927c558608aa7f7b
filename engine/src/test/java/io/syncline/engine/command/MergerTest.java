package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergerTest {
    private final ByteBuilder out = new ByteBuilder(16);
    private final Merger merger = new Merger(out, Merger.Rules.of(Dialect.redis(7, 2)));

    @Test
    void joinsNeighboursOfEachKind() {
        assertThat(merge("SET a 1", "set b 2", "SET a 3")).containsExactly("MSET a 1 b 2 a 3");
        assertThat(merge("DEL a", "DEL b c", "del a")).containsExactly("DEL a b c a");
        assertThat(merge("UNLINK a", "UNLINK b")).containsExactly("UNLINK a b");
        assertThat(merge("HSET h a 1", "HSET h b 2 c 3")).containsExactly("HSET h a 1 b 2 c 3");
        assertThat(merge("RPUSH l a", "RPUSH l b c")).containsExactly("RPUSH l a b c");
        assertThat(merge("SADD s a", "SADD s a")).containsExactly("SADD s a a");
        assertThat(merge("ZADD z 1 a", "ZADD z -2.5 b")).containsExactly("ZADD z 1 a -2.5 b");
    }

    @Test
    void leavesApartWhatIsNotTheSameTogether() {
        for (List<String> apart :
                List.of(
                        List.of("SET a 1", "SET b 2 NX"),
                        List.of("SET a 1 KEEPTTL", "SET b 2"),
                        List.of("SET a 1", "INCR a", "SET a 2"),
                        List.of("DEL a", "UNLINK b"),
                        List.of("SET a 1", "DEL a", "SET a 2"),
                        List.of("HSET h a 1", "HSET i a 1"),
                        List.of("RPUSH l a", "LPUSH l a"),
                        List.of("RPUSH l a", "RPUSH ll a"),
                        List.of("HSET h a 1", "HSET h b"),
                        List.of("ZADD z 1 a", "ZADD z NX 1 b c"),
                        List.of("ZADD z 1 a", "ZADD z nan b"),
                        List.of("ZADD z 1 a", "ZADD z XX 1"),
                        List.of("SET a", "SET b"),
                        List.of("DEL", "DEL"),
                        List.of("NOSUCH a", "NOSUCH b"))) {
            assertThat(merge(apart.toArray(String[]::new))).isEqualTo(apart);
        }
    }

    @Test
    void saysWhetherACommandWasJoined() {
        assertThat(append("SET a 1")).isFalse();
        assertThat(append("SET b 1")).isTrue();
        assertThat(append("INCR b")).isFalse();
        assertThat(append("SET b 1")).isFalse();
        merger.close();
        assertThat(append("SET b 1")).isFalse();
    }

    @Test
    void bytesOfOthersEndARun() {
        append("SET a 1");
        out.putAscii("*1\r\n$4\r\nEXEC\r\n");

        assertThat(append("SET b 1")).isFalse();
        assertThat(CommandViews.read(out)).containsExactly("SET a 1", "EXEC", "SET b 1");
    }

    @Test
    void aCheckpointJoinsTheRunOfItsSets() {
        append("SET a 1");

        assertThat(merger.appendSet(bytes("mark"), bytes("17"))).isTrue();
        assertThat(CommandViews.read(out)).containsExactly("MSET a 1 mark 17");
        merger.close();
        assertThat(merger.appendSet(bytes("mark"), bytes("18"))).isFalse();
        append("SET b 2");
        assertThat(CommandViews.read(out)).containsExactly("MSET a 1 mark 17", "MSET mark 18 b 2");
    }

    @Test
    void theBufferIsWholeAfterEveryCallAndRunsAreBounded() {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            append("SET key" + i + " " + i);
            pairs.add("key" + i + " " + i);
            List<String> read = CommandViews.read(out);
            String all = String.join(" ", read).replace("MSET ", "").replace("SET ", "");
            assertThat(all).isEqualTo(String.join(" ", pairs));
        }
        assertThat(CommandViews.read(out)).hasSize(4);
        for (int i = 0; i < 200; i++) {
            append("RPUSH list " + i);
            CommandViews.read(out);
        }
        assertThat(CommandViews.read(out)).hasSize(4 + 2);
    }

    @Test
    void bigValuesAreNotMoved() {
        String big = "v".repeat(Merger.RUN_LENGTH_LIMIT - 30);

        assertThat(merge("SET a 1", "SET b " + big, "SET c 1")).hasSize(3);
    }

    @Test
    void anOddButValidHeaderIsReplacedAsAWhole() {
        ByteBuilder bytes = new ByteBuilder(16);
        bytes.putAscii("*03\r\n$03\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n");
        CommandView view = new CommandView();
        new io.syncline.engine.resp.CommandParser().parse(bytes.array, 0, bytes.length, view);
        merger.append(view, CommandViews.spec(view));
        merger.append(view, CommandViews.spec(view));

        assertThat(out)
                .hasToString("*5\r\n$4\r\nMSET\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\na\r\n$1\r\n1\r\n");
    }

    @Test
    void rulesSwitchJoinsOff() {
        Merger none = new Merger(out, Merger.Rules.NONE);
        for (String line :
                List.of("SET a 1", "SET b 1", "DEL a", "DEL b", "SADD s a", "SADD s b")) {
            CommandView view = CommandViews.of(line);
            assertThat(none.append(view, CommandViews.spec(view))).isFalse();
        }
        assertThat(Merger.Rules.of(Dialect.redis(3, 2)).fields()).isFalse();
    }

    private boolean append(String line) {
        CommandView view = CommandViews.of(line);
        return merger.append(view, CommandViews.spec(view));
    }

    private List<String> merge(String... lines) {
        merger.close();
        out.clear();
        for (String line : lines) {
            append(line);
        }
        return CommandViews.read(out);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
