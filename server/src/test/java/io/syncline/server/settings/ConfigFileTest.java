package io.syncline.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @TempDir private Path folder;

    @Test
    void readsNamesAsOnTheCommandLineAndListsWhereListsAreMeant() throws IOException {
        Settings settings =
                ConfigFile.read(
                        file(
                                """
                                source: redis://a
                                databases: [0, "3:5"]
                                commands:
                                  - set
                                  - '!flushall'
                                no-merge: true
                                """));

        assertThat(settings.text(Setting.SOURCE)).isEqualTo("redis://a");
        assertThat(settings.text(Setting.DATABASES)).isEqualTo("0,3:5");
        assertThat(settings.text(Setting.COMMANDS)).isEqualTo("set,!flushall");
        assertThat(settings.flag(Setting.NO_MERGE)).isTrue();
        assertThat(settings.place(Setting.NO_MERGE)).endsWith("sync.yaml line 6 column 11, no-merge");
    }

    @Test
    void aSecondDocumentIsRefusedSinceItWouldHaveNoEffect() throws IOException {
        Path file = file("---\nsource: redis://a\n---\nmax-rps: 3\n");

        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining("a second document follows, which would have no effect");
    }

    @Test
    void theCommandLineWins() throws IOException {
        Settings settings = new Settings();
        settings.offer(Setting.TASK, "mine");
        settings.offerAll(ConfigFile.read(file("task: other\nmax-rps: 5\n")));

        assertThat(settings.text(Setting.TASK)).isEqualTo("mine");
        assertThat(settings.text(Setting.MAX_RPS)).isEqualTo("5");
    }

    @Test
    void namesFileLineAndKeyOfWhatIsWrong() throws IOException {
        refused("task: a\nretries: 5\n", " line 2 column 1", "'retries' is not a setting");
        refused("task: a\ntask: b\n", " line 2 column 1, task", "it is given twice");
        refused("no-merge: maybe\n", " line 1 column 11, no-merge", "'maybe' is not true or false");
        refused("max-rps: true\n", " line 1 column 10, max-rps", "'true' is not NUMBER");
        refused("max-rps: [1, 2]\n", " line 1 column 10, max-rps", "a list is given where one");
        refused("\ntask: {a: b}\n", " line 2 column 7, task", "a nested value is given where one");
        refused("task:\n", " line 1 column 6, task", "the value is missing");
        refused("- a\n", " line 1 column 1", "the file is not a mapping");
        refused("redis://:pw@h: a\n", " line 1 column 1", "a key here is not a setting");
    }

    /// Jackson tells the place of the last token before.
    @Test
    void tellsWhereYamlEnds() throws IOException {
        refused(
                "task: a\nsource: b\n\ttarget: c\n",
                " line 3 column 1",
                "this is not YAML: found character '\\t(TAB)' that cannot start any token. (Do not use"
                        + " \\t(TAB) for indentation)");
        refused("task: a\ntarget: b: c\n", " line 2 column 10", "mapping values are not allowed");
        refused("task: a\netl: [@x]\n", " line 2 column 7", "found character '@'");
        refused("task: a\u0001\n", " line 1 column 8", "special characters are not allowed");
        refused(
                "\ntask: 'open\n",
                " line 3 column 1",
                "this is not YAML: found unexpected end of stream, while scanning a quoted scalar that"
                        + " begins in line 2 column 7");
    }

    @Test
    void namesTheSettingThatIsProbablyMeant() throws IOException {
        for (String meant : List.of("max-rsp", "max_rps", "maxRps", "--max-rps")) {
            remedied(meant + ": 5\n", "Did you mean 'max-rps'? Known: source, ");
        }
        remedied("retry: 5\n", "Did you mean 'retry-minutes'? Known: ");
        remedied("nothing-alike: 5\n", "Known: ");
    }

    @Test
    void signsThatYamlTakesForItsOwnAreNotLost() throws IOException {
        refused("commands: [!flushall]\n", " line 1 column 12, commands", "'!' begins a tag");
        refused("match: *tmp\n", " line 1 column 8, match", "'*' begins an alias");
        refused("task: &a b\n", " line 1 column 7, task", "'&' begins an anchor");
        assertThat(ConfigFile.read(file("task: !!str 5\n")).text(Setting.TASK)).isEqualTo("5");
    }

    @Test
    void anEmptyFileSetsNothing() throws IOException {
        assertThat(ConfigFile.read(file("# nothing\n")).given(Setting.TASK)).isNull();
    }

    @Test
    void aBrokenFileIsNotQuoted() {
        assertThatThrownBy(() -> ConfigFile.read(file("source: redis://:hunter2@a\n  x: [\n")))
                .isInstanceOf(SynclineException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    private void remedied(String text, String remedy) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e -> assertThat(e.failure().remedy()).startsWith(remedy));
    }

    private void refused(String text, String place, String reason) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e -> {
                            assertThat(e.failure().place()).isEqualTo(file + place);
                            assertThat(e.failure().sentence()).contains(reason);
                            assertThat(e.failure().remedy()).isNotEmpty();
                        });
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("sync.yaml"), text);
    }
}
