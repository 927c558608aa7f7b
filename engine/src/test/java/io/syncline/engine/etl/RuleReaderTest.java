package io.syncline.engine.etl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleReaderTest {
    static KeyRules rules(String... lines) {
        return RuleReader.read(String.join("\n", lines), number -> "rule " + number);
    }

    @Test
    void readsOneRuleALine() {
        KeyRules rules =
                rules(
                        "# what is not needed",
                        "  drop   session:*  ",
                        "",
                        "rename user:* to customer:* db 0,3-5",
                        "keep \"two words\"");

        assertThat(rules.texts())
                .containsExactly(
                        "drop session:*",
                        "rename user:* to customer:* db 0,3-5",
                        "keep \"two words\"");
        assertThat(rules(rules.toString())).isEqualTo(rules);
        assertThat(rules(rules.toString()).print()).isEqualTo(rules.print()).hasSize(64);
        assertThat(rules("# none").isEmpty()).isTrue();
        assertThat(KeyRules.NONE.print()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "delete a*            | 'delete' is neither drop, keep nor rename",
                "drop                 | 'drop' says of no key",
                "rename a*            | 'rename a*' gives no new name",
                "rename a* b*         | 'rename a* b*' gives no new name",
                "drop a* b*           | 'b*' does not belong here",
                "drop a* db           | 'db' does not belong here",
                "drop a* db 1,x       | '1,x' is no list of database numbers",
                "drop a* db 5-3       | '5-3' is no list of database numbers",
                "drop a\\             | 'a\\' ends in a backslash",
                "drop a\\xz1          | in 'a\\xz1' two hexadecimal digits must follow \\x",
                "drop \"a b           | a double quote in 'drop \"a b' is not closed",
                "drop a[bc            | a bracket in 'a[bc' is not closed",
                "rename a*b* to c*    | 'a*b*' has 2 stars and 'c*' has 1",
                "rename a?* to c*     | 'a?*' has a '?'",
                "rename a** to c**    | in 'a**' nothing parts two stars",
                "rename a* to a*      | 'a*' is the same name",
                "rename a* to __syncline:*  | '__syncline:*' begins as Syncline's own keys do",
                "rename *-*-*-*-*-* to *-*-*-*-*-+* | '*-*-*-*-*-*' has more than 4 stars",
            })
    void refusesWithPlaceValueRuleAndRemedy(String rule, String reason) {
        assertThatThrownBy(() -> rules("keep x", rule))
                .hasMessageStartingWith("[rule 2] " + reason)
                .hasMessageContaining(". ");
    }

    @Test
    void refusesARuleThatNoKeyGetsTo() {
        assertThatThrownBy(() -> rules("keep a*", "drop *", "drop b*"))
                .hasMessage(
                        "[rule 3] no key gets so far: 'drop *' before it takes all. Put it before that"
                                + " one, or leave it out: the first rule that fits counts");
        assertThat(rules("drop * db 1", "drop b*").count()).isEqualTo(2);
    }

    @Test
    void warnsOfNamesThatTwoKeysMayGet() {
        assertThat(rules("rename user:* to customer:*").meetings())
                .containsExactly(
                        "rule 1 (rename user:* to customer:*) may give a key the name of another one"
                                + " that is kept");
        assertThat(rules("rename user:* to customer:*", "drop customer:*").meetings()).isEmpty();
        assertThat(rules("drop customer:*", "rename user:* to customer:*").meetings()).isEmpty();
        assertThat(rules("keep cust*", "drop customer:*", "rename user:* to customer:*").meetings())
                .hasSize(1);
        assertThat(rules("rename * to new:*").meetings()).isEmpty();
        assertThat(rules("rename a:* to a:b:*").meetings()).isEmpty();
        assertThat(rules("rename a:* to c:*", "rename b:* to c:*", "drop *").meetings())
                .containsExactly(
                        "rule 1 (rename a:* to c:*) may give a key the name that rule 2 gives");
        assertThat(rules("rename u:*:* to u:{*}:*", "drop u:*").meetings()).isEmpty();
        assertThat(rules("rename u:*:* to v:*-*", "drop *").meetings())
                .containsExactly(
                        "rule 1 (rename u:*:* to v:*-*) may give two keys one name, by where its stars"
                                + " end");
    }
}
