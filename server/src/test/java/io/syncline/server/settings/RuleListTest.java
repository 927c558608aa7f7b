package io.syncline.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.link.LinkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleListTest {
    @TempDir private Path folder;

    private final Settings settings = new Settings();

    @BeforeEach
    void endpoints() {
        settings.offer(Setting.SOURCE, "redis://a");
        settings.offer(Setting.TARGET, "redis://b");
    }

    private LinkOptions read(String rules) {
        Settings given = new Settings();
        given.offer(Setting.ETL, rules);
        given.offerAll(settings);
        return LinkOptionsReader.read(given, Map.of());
    }

    @Test
    void rulesOfSeveralOptionsAndOfAFileStandInOneOrder() throws IOException {
        Path file = folder.resolve("rules.etl");
        Files.writeString(file, "# two\r\ndrop b:*\r\n\r\nkeep c:*\n");

        assertThat(read("drop a:*\n@" + file + "\nrename d:* to e:*").rules().texts())
                .containsExactly("drop a:*", "drop b:*", "keep c:*", "rename d:* to e:*");
        assertThat(LinkOptionsReader.read(settings, Map.of()).rules().isEmpty()).isTrue();
    }

    @Test
    void anErrorNamesTheRuleOrTheFilesLine() throws IOException {
        Path file = folder.resolve("rules.etl");
        Files.writeString(file, "drop a:*\ndrop\n");

        assertThatThrownBy(() -> read("droop a"))
                .hasMessageStartingWith(
                        "[--etl] 'droop' is neither drop, keep nor rename. Write: ");
        assertThatThrownBy(() -> read("keep a\ndroop a"))
                .hasMessageStartingWith("[--etl line 2] 'droop' is");
        assertThatThrownBy(() -> read("@" + file))
                .hasMessageStartingWith("[" + file + " line 2] 'drop' says of no key. ");
        assertThatThrownBy(() -> read("@" + folder))
                .hasMessageStartingWith(
                        "[--etl] '" + folder + "' is no file that this user may read");
    }

    @Test
    void whatIsPrintedIsReadBack() {
        String rules = "drop 'a'*\nrename \"b c\" to d#\nkeep \\x00*";
        LinkOptions options = read(rules);
        Settings given = new Settings();
        given.offer(Setting.ETL, rules);
        given.offerAll(settings);

        String text = ConfigText.of(options, given);
        assertThat(text).contains("\netl:\n  - 'drop ''a''*'\n  - 'rename \"b c\" to d#'\n");
        Settings again = ConfigFile.parse("again.yaml", text);
        assertThat(LinkOptionsReader.read(again, Map.of()).rules()).isEqualTo(options.rules());
    }

    @Test
    void aFileGivesThemAsAListOrAsOneText() {
        String head = "source: redis://a\ntarget: redis://b\netl:";
        for (String rules :
                new String[] {"\n- drop a:*\n- drop b, c*\n", " |\n  drop a:*\n  drop b, c*\n"}) {
            assertThatThrownBy(() ->
                            LinkOptionsReader.read(
                                    ConfigFile.parse("s.yaml", head + rules), Map.of()))
                    .hasMessageMatching(
                            "\\[s\\.yaml line [34] column [0-9]+, etl line 2\\] 'c\\*' does not belong here.*");
        }
    }

    @Test
    void aTwoWayTaskTakesNone() {
        settings.offer(Setting.TWO_WAY, "true");
        settings.offer(Setting.ETL, "drop a");
        assertThatThrownBy(() -> PairChoicesReader.read(settings))
                .hasMessageStartingWith("[--etl] it cannot stand together with --two-way");
    }
}
