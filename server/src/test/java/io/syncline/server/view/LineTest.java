package io.syncline.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineTest {
    private static final Look COLOUR = new Look(40, 24, true, true);
    private static final Look PLAIN = new Look(40, 24, false, true);

    @Test
    void coloursWhereColourIsWantedAndOnlyThere() {
        Line line = new Line().symbol(Tone.BROKEN, COLOUR).add("error", Tone.BROKEN).add(" x");

        assertThat(line.text(COLOUR)).isEqualTo("\u001b[31m✖ \u001b[0m\u001b[31merror\u001b[0m x");
        assertThat(line.text(PLAIN)).isEqualTo("✖ error x");
    }

    @Test
    void textFromAServerCannotSteerTheTerminal() {
        assertThat(Line.of("key \u001b[2J\r\n\u202egone").text(PLAIN)).isEqualTo("key ?[2J???gone");
    }

    @Test
    void cutsByColumnsAndCountsWideCharactersAsTwo() {
        Look narrow = new Look(20, 24, false, true);

        assertThat(Line.of("12345678901234567890").text(narrow)).isEqualTo("12345678901234567890");
        assertThat(Line.of("123456789012345678901").text(narrow)).isEqualTo("1234567890123456789…");
        assertThat(Line.of("漢字漢字漢字漢字漢字漢").text(narrow)).isEqualTo("漢字漢字漢字漢字漢…");
    }

    @Test
    void wrapsBetweenWordsAndKeepsAWordThatIsTooLong() {
        assertThat(Line.wrap("one two three-hundred four", 8))
                .containsExactly("one two", "three-hundred", "four");
    }
}
