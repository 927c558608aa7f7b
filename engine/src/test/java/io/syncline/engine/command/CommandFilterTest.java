package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandFilterTest {
    private final CommandFilter standard =
            new CommandFilter(FilterRules.standard(), CommandTable.standard());

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "PASS;SET k v",
                "PASS;SET '' v",
                "PASS;SET __sync v",
                "PASS;SET D v",
                "PASS;PING",
                "PASS;SET",
                "DROP;SET __syncline:cp v",
                "DROP;SET DTS_REDIS_TIMESTAMP_HEARTBEAT 5",
                "DROP;NOSUCH __syncline:x",
                "DROP;DEL __syncline:a __syncline:b",
                "SPLIT;DEL a __syncline:b",
                "SPLIT;MSET a 1 __syncline:b 2",
                "REFUSE;RENAME a __syncline:b",
                "REFUSE;MSETNX a 1 __syncline:b 2",
                "PASS;MSET a __syncline:b c 1"
            })
    void judgesByKeys(KeyVerdict verdict, String line) {
        CommandView view = CommandViews.of(line);

        assertThat(standard.verdict(view, CommandViews.spec(view))).isEqualTo(verdict);
    }

    @Test
    void aSplitCommandKeepsWhatIsTheUsers() {
        assertThat(split("UNLINK a __syncline:b c")).isEqualTo("UNLINK a c");
        assertThat(split("mset a 1 __syncline:b 2 c 3")).isEqualTo("mset a 1 c 3");
        assertThat(split("JSON.MSET __syncline:a $ 1 b $ 2")).isEqualTo("JSON.MSET b $ 2");
        assertThat(split("MSET a 1 __syncline:b")).isEqualTo("MSET a 1");
    }

    private String split(String line) {
        CommandView view = CommandViews.of(line);
        CommandSpec spec = CommandViews.spec(view);
        ByteBuilder out = new ByteBuilder(16);
        assertThat(standard.verdict(view, spec)).isEqualTo(KeyVerdict.SPLIT);
        standard.copyWithoutExcluded(view, spec, out);
        return CommandViews.read(out).getFirst();
    }

    @Test
    void letsPassByNameAndGroup() {
        CommandFilter filter =
                new CommandFilter(
                        new FilterRules(
                                Set.of("@string", "@sorted-set", "del", "mymodule.set"),
                                Set.of("Append"),
                                List.of()),
                        CommandTable.standard());

        assertThat(passes(filter, "SET a 1")).isTrue();
        assertThat(passes(filter, "zadd a 1 b")).isTrue();
        assertThat(passes(filter, "DEL a")).isTrue();
        assertThat(passes(filter, "APPEND a b")).isFalse();
        assertThat(passes(filter, "HSET a b c")).isFalse();
        assertThat(passes(filter, "MyModule.set a")).isTrue();
        assertThat(passes(filter, "MyModule.get a")).isFalse();
    }

    @Test
    void withoutRulesEverythingPasses() {
        for (CommandSpec spec : CommandTable.standard().all()) {
            assertThat(passes(standard, spec.name() + " a")).isTrue();
        }
        assertThat(passes(standard, "NOSUCH a")).isTrue();
    }

    private static boolean passes(CommandFilter filter, String line) {
        CommandView view = CommandViews.of(line);
        return filter.passes(view, CommandViews.spec(view));
    }

    @Test
    void refusesRulesThatCannotBeMeant() {
        assertThatThrownBy(() -> new FilterRules(Set.of("@strings"), Set.of(), List.of()))
                .hasMessageStartingWith(
                        "\"@strings\" in allow is no group; groups are @string, @hash");
        assertThatThrownBy(() -> new FilterRules(Set.of(), Set.of(), List.of("")))
                .hasMessage("an excluded key prefix is empty, which would exclude every key");
    }
}
