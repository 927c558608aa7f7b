package io.syncline.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        assertThat(settings.place(Setting.NO_MERGE)).endsWith("sync.yaml line 6, no-merge");
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
        refused("task: a\nretries: 5\n", "line 2", "'retries' is not a setting");
        refused("task: a\ntask: b\n", "line 2", "task");
        refused("no-merge: maybe\n", "line 1, no-merge", "'maybe' is not true or false");
        refused("max-rps: true\n", "line 1, max-rps", "'true' is not NUMBER");
        refused("max-rps: [1, 2]\n", "line 1, max-rps", "a list is given where one value belongs");
        refused("\ntask: {a: b}\n", "line 2, task", "a nested value is given where one belongs");
        refused("task:\n", "line 1, task", "the value is missing");
        refused("- a\n", "line 1", "the file is not a mapping");
        refused("task: 'open\n", "line", "this is not YAML");
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

    private void refused(String text, String place, String reason) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e -> {
                            assertThat(e.failure().place()).startsWith(file.toString());
                            assertThat(e.failure().place()).contains(place);
                            assertThat(e.failure().sentence()).contains(reason);
                            assertThat(e.failure().remedy()).isNotEmpty();
                        });
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("sync.yaml"), text);
    }
}
