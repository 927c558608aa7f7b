package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.Crc16;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTableTest {
    private final CommandTable table = CommandTable.standard();

    @Test
    void findsEveryCommandInAnyLetterCaseAnywhereInABuffer() {
        for (CommandSpec spec : table.all()) {
            String lower = spec.name().toLowerCase(Locale.ROOT);
            assertThat(table.find(spec.name())).isSameAs(spec);
            assertThat(table.find(lower)).isSameAs(spec);
            byte[] buffer =
                    ("$4\r\n" + lower + "\r\n$9\r\nmore").getBytes(StandardCharsets.US_ASCII);
            assertThat(table.find(buffer, 4, lower.length())).isSameAs(spec);
        }
    }

    @Test
    void isSortedWithoutDoublesAndNumbered() {
        List<String> names = table.all().stream().map(CommandSpec::name).toList();

        assertThat(names).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(400);
        assertThat(table.all()).extracting(CommandSpec::index).isSorted().first().isEqualTo(1);
    }

    @Test
    void whatItDoesNotKnowIsUnknown() {
        for (String name :
                List.of("", "NOSUCH", "SE", "SETT", "S\u0005T", "JSON\u000eSET", "@ET")) {
            assertThat(table.find(name)).as(name).isSameAs(CommandSpec.UNKNOWN);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SET a b;1",
                "GET;''",
                "DEL a b c;1 2 3",
                "MSET a 1 b 2;1 3",
                "BITOP AND d a b;2 3 4",
                "BLPOP a b 0;1 2",
                "EVAL script 2 a b x;3 4",
                "EVAL script 3 a b;''",
                "EVAL script x a;''",
                "EVAL script -1 a;''",
                "EVAL script 9223372036854775807 a;''",
                "FCALL f 0 x;''",
                "ZUNIONSTORE d 2 a b WEIGHTS 1 2;3 4 1",
                "SORT a BY w_* GET # LIMIT 0 1 STORE d;1 10",
                "SORT a LIMIT STORE x;1",
                "GEORADIUS k 1 2 3 m STORE d;1 7",
                "GEORADIUSBYMEMBER k m 3 m COUNT 2 STOREDIST d;1 8",
                "XREADGROUP GROUP STREAMS c COUNT 1 STREAMS a b > >;7 8",
                "XREAD STREAMS a b 0;''",
                "MIGRATE h 1 k 0 5;3",
                "MIGRATE h 1 '' 0 5 COPY AUTH KEYS KEYS a b;10 11",
                "MSETEX 2 a 1 b 2 EX 5;2 4",
                "MSETEX 2 a 1 b;2 4",
                "MSETEX 3 a 1 b;''",
                "OBJECT HELP;''",
                "OBJECT ENCODING k;2",
                "XGROUP CREATE k g 0;2",
                "PING;''",
                "NOSUCH k;1",
                "JSON.MSET a $ 1 b $ 2;1 4",
                "FT.CREATE idx;''"
            })
    void findsTheKeys(String line, String expected) {
        var view = CommandViews.of(line);
        KeyFinder finder = new KeyFinder();

        int count = finder.find(view, CommandViews.spec(view));

        StringBuilder found = new StringBuilder();
        for (int i = 0; i < count; i++) {
            found.append(i == 0 ? "" : " ").append(finder.indexes[i]);
        }
        assertThat(found).hasToString(expected);
    }

    @Test
    void theDecodersSwitchFindsTheRareKinds() {
        assertThat(table.find("set").kind()).isEqualTo(CommandKind.SET);
        assertThat(table.find("ping").kind()).isEqualTo(CommandKind.CONTROL);
        assertThat(table.find("trimslots").kind()).isEqualTo(CommandKind.CONTROL);
        assertThat(table.find("zadd").kind()).isEqualTo(CommandKind.DATA);
        assertThat(table.find("pfcount").kind()).isEqualTo(CommandKind.DATA);
        assertThat(table.find("flushall").isKeylessWrite()).isTrue();
        assertThat(table.find("get").kind()).isEqualTo(CommandKind.READ);
        assertThat(table.find("del").isRefusedWithoutMemory()).isFalse();
    }

    @Test
    void slotsAreThoseOfRedisCluster() {
        assertThat(Crc16.of("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9))
                .isEqualTo(0x31C3);
        assertThat(slot("foo")).isEqualTo(12182);
        assertThat(slot("{user1000}.following")).isEqualTo(slot("user1000"));
        assertThat(slot("foo{}{bar}")).isNotEqualTo(slot("bar"));
        assertThat(slot("foo{{bar}}zap")).isEqualTo(slot("{bar"));
        assertThat(slot("foo{bar")).isNotEqualTo(slot("bar"));
        assertThat(slot("")).isZero();
    }

    @Test
    void everySlotHasATag() {
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            assertThat(slot("a{" + Slots.tag(slot) + "}b")).isEqualTo(slot);
            assertThat(Slots.tag(slot)).hasSize(Slots.TAG_LENGTH);
        }
        // Keys in targets are named with these: they must never change.
        assertThat(Slots.tag(0)).isEqualTo("06S");
        assertThat(Slots.tag(16383)).isEqualTo("6ZJ");
    }

    private static int slot(String key) {
        return Slots.of(key.getBytes(StandardCharsets.UTF_8));
    }
}
