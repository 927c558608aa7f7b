package io.syncline.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkOptions.CommandChoice;
import io.syncline.engine.link.LinkOptions.End;
import io.syncline.engine.link.LinkOptions.OnExisting;
import io.syncline.engine.link.LinkOptions.Throttle;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.EndpointUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkOptionsReaderTest {
    @TempDir private Path folder;

    private final Settings settings = new Settings();

    @Test
    void everyDefaultIsWhatTheHelpSays() {
        LinkOptions options = read(Map.of());

        assertThat(options.onExisting()).isEqualTo(OnExisting.REPORT);
        assertThat(options.retry()).isEqualTo(Duration.ofHours(12));
        assertThat(options.throttle()).isEqualTo(Throttle.NONE);
        assertThat(options.end()).isEqualTo(End.NEVER);
        assertThat(options.tuning()).isEqualTo(LinkOptions.Tuning.DEFAULT);
        assertThat(options.spool().memoryBytes()).isEqualTo(64L << 20);
        assertThat(options.spool().diskBytes()).isEqualTo(10L << 30);
        assertThat(options.spool().directory().endsWith(options.task())).isTrue();
    }

    @Test
    void theDefaultTaskIsReadableStableAndOfTheDataOnly() {
        settings.offer(Setting.SOURCE, "redis://cache-1.example.org:6379");
        String task = read(Map.of()).task();

        assertThat(task).isEqualTo("cache-1.example.org-6379-to-b-6380-c75750d5");
        assertThat(with(Setting.SOURCE, "rediss://u:p@cache-1.example.org").task()).isEqualTo(task);
        assertThat(with(Setting.DATABASES, "0").task()).isNotEqualTo(task);
    }

    @Test
    void aFileIsASourceWithAnAbsolutePathAndNoTarget() {
        assertThat(read(Map.of()).source().isFile()).isFalse();
        Path file = Path.of("dumps", "a b.rdb").toAbsolutePath();
        LinkOptions options = with(Setting.SOURCE, "file:dumps/a b.rdb");
        assertThat(options.source().file()).isEqualTo(file.toString());
        assertThat(options.effectiveEnd()).isEqualTo(End.CAUGHT_UP);
        assertThat(with(Setting.SOURCE, "file://" + file).source()).isEqualTo(options.source());
        assertThat(with(Setting.SOURCE, "file://" + file).task()).isEqualTo(options.task());
        assertThatThrownBy(() -> with(Setting.TARGET, "file:dump.rdb"))
                .hasMessageContaining("a file can be a source only");
        assertThatThrownBy(() -> with(Setting.SOURCE, "file://host/dump.rdb"))
                .hasMessageContaining("behind file:// stands a host");
    }

    @Test
    void aScanIsChosenByItsModeAndKnowsNoCommands() {
        settings.offer(Setting.SOURCE_MODE, "scan");
        settings.offer(Setting.SCAN_INTERVAL, "5");
        assertThat(read(Map.of()).sourceMode())
                .isEqualTo(new LinkOptions.SourceMode.Scan(Duration.ofSeconds(5), false));
        settings.offer(Setting.COMMANDS, "set");
        assertThatThrownBy(() -> read(Map.of()))
                .hasMessageContaining("a scan sees values, not commands");
    }

    @Test
    void readsDatabasesCommandsAndLimits() {
        settings.offer(Setting.DATABASES, "0, 3:5");
        settings.offer(Setting.COMMANDS, "SET,del,@hash,!hdel");
        settings.offer(Setting.MAX_RPS, "1000");
        settings.offer(Setting.MAX_MBPS, "0.5");
        LinkOptions options = read(Map.of());

        assertThat(options.databases()).isEqualTo(Map.of(0, 0, 3, 5));
        assertThat(options.commands())
                .isEqualTo(new CommandChoice(List.of("set", "del", "@hash"), List.of("hdel")));
        assertThat(options.throttle()).isEqualTo(new Throttle(1_000, 512 << 10));
    }

    @Test
    void takesThePasswordFromFileThenUriThenEnvironment() throws IOException {
        Map<String, String> environment = Map.of("SYNCLINE_SOURCE_PASSWORD", "env");
        Path file = Files.writeString(folder.resolve("secret"), "file\nmore\n");

        assertThat(read(environment).source().credentials().password()).isEqualTo("env");
        Settings uri = new Settings();
        uri.offer(Setting.SOURCE, "redis://u:uri@a");
        uri.offer(Setting.TARGET, "redis://b");
        assertThat(LinkOptionsReader.read(uri, environment).source().credentials().password())
                .isEqualTo("uri");
        uri.offer(Setting.SOURCE_PASSWORD_FILE, file.toString());
        assertThat(LinkOptionsReader.read(uri, environment).source().credentials().password())
                .isEqualTo("file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "RETRY_MINUTES|soon|'soon' is not a whole number from 0 to 525600",
                "RETRY_MINUTES|-1|'-1' is not a whole number from 0 to 525600",
                "MAX_MBPS|1,5|'1,5' is not a number from 0 to 1000000, such as 0.5 or 20",
                "SPOOL_MEMORY|1kb|'1kb' is not a size from 1mb to 64gb",
                "SPOOL_DISK|9tbb|'9tbb' is not a size from 0 to 100tb, written like 64mb or 10gb",
                "SPOOL_DISK|999999999999999gb|'999999999999999gb' is not a size from 0 to 100tb",
                "ON_GAP|wait|'wait' is not one of resync, stop",
                "TASK|a b|'a b' is not a task's name: 1 to 64 letters, digits, '.', '_' or '-', not"
                        + " dots alone",
                "TASK|..|'..' is not a task's name: 1 to 64 letters, digits, '.', '_' or '-', not"
                        + " dots alone",
                "MAX_MBPS|0.0000001|'0.0000001' is not a number from 0 to 1000000, such as 0.5 or"
                        + " 20; it is less than can be told from 0",
                "SPOOL_DIR|\"\"|'' is not the name of a folder",
                "DATABASES|0,x|'0,x' is not a list of database numbers, such as 0,3:5, or all",
                "DATABASES|0,0:1|source database 0 is named twice",
                "DATABASES|0:1,2:1|two databases would be written to database 1",
                "COMMANDS|set,,del|'set,,del' is not a list of command names and @groups,"
                        + " separated by commas",
            })
    void refusesWhatCannotBeWithPlaceValueAndRule(Setting setting, String text, String reason) {
        settings.offer(setting, text);

        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e -> {
                            assertThat(e.failure().place()).isEqualTo(setting.option());
                            assertThat(e.failure().reason()).isEqualTo(reason);
                            assertThat(e.failure().remedy()).startsWith(setting.description());
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "redis://:hunter2%zz@a",
        "redis://:hunter2@a:notaport",
        "redis://user:hunter2",
        "redis://user:hunter2:6379",
        "hunter2",
        "me:hunter2@redis://a",
        "redis://:hunter2?x/y@a:99999",
        "redis://:hunter2@a/0",
        "redis://:hunter2@",
        "redis-sentinel://:hunter2@a",
    })
    void aMalformedUriIsNeverRepeated(String uri) {
        settings.offer(Setting.SOURCE, uri);

        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOf(SynclineException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @CsvSource({
        "redis://a?tls=maybe, the parameter 'tls' is not true or false",
        "rediss://a?verify-host=no, the parameter 'verify-host' is not true or false",
        "redis://a?ca=/etc/ca.pem, the parameter 'ca' needs TLS (rediss://)",
        "redis://a?master=m, the parameter 'master' belongs to redis-sentinel://",
    })
    void aParameterThatWouldHaveNoEffectIsRefused(String uri, String reason) {
        settings.offer(Setting.SOURCE, uri);

        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e ->
                                assertThat(e.failure().reason())
                                        .isEqualTo("not an endpoint: " + reason));
    }

    @Test
    void aGroupThatIsNoneIsRefused() {
        settings.offer(Setting.COMMANDS, "!@strings");

        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e ->
                                assertThat(e.failure().reason())
                                        .startsWith(
                                                "there is no group '@strings'; groups are @string,"));
    }

    @ParameterizedTest
    @CsvSource({"SCAN_INTERVAL, 5", "SCAN_SET_NOTIFICATIONS, true"})
    void whatIsForAScanNeedsOne(Setting setting, String text) {
        settings.offer(setting, text);

        assertThatThrownBy(() -> read(Map.of()))
                .isInstanceOfSatisfying(
                        SynclineException.class,
                        e ->
                                assertThat(e.failure().reason())
                                        .isEqualTo("it needs --source-mode scan"));
    }

    @Test
    void aPasswordMayHoldTheSignsOfAUri() {
        settings.offer(Setting.SOURCE, "redis://me:p@s/s?w:rd@a:1?tls=true");

        assertThat(read(Map.of()).source().credentials().password()).isEqualTo("p@s/s?w:rd");
        assertThat(read(Map.of()).source().tls().enabled()).isTrue();
    }

    @Test
    void printsTheOptionsInEffectSoThatTheyReadBackEqual() throws IOException {
        settings.offer(Setting.SOURCE, "rediss://me:hunter2@a?verify-host=false");
        settings.offer(Setting.DATABASES, "0,3:5");
        settings.offer(Setting.COMMANDS, "!flushall,!@stream");
        settings.offer(Setting.NO_MERGE, "true");
        settings.offer(Setting.TASK, "orders");
        LinkOptions options = read(Map.of());
        String text = ConfigText.of(options, settings);
        Path file = Files.writeString(folder.resolve("sync.yaml"), text);

        assertThat(text).doesNotContain("hunter2");
        LinkOptions again =
                LinkOptionsReader.read(
                        ConfigFile.read(file), Map.of("SYNCLINE_SOURCE_PASSWORD", "hunter2"));
        assertThat(again).isEqualTo(options);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://us%3Aer%40x%25@a",
                "redis://m%C3%BC%20ller@a",
                "redis-sentinel://me@a?master=one%26two%40three",
                "rediss://a?ca=%2Fa%40b%20%26c%25%2Fca.pem",
            })
    void whatIsPrintedOfAnEndpointReadsBack(String uri) {
        Endpoint endpoint = EndpointUri.parse(uri, "test");

        assertThat(EndpointUri.parse(endpoint.toString(), "test")).isEqualTo(endpoint);
    }

    @Test
    void aPathThatCannotBeIsABadOption() {
        assertThatThrownBy(() -> EndpointUri.parse("rediss://a?ca=%00", "--source"))
                .hasMessageStartingWith(
                        "[--source] not an endpoint: the parameter 'ca' is no path: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "null", "0123", "1e5"})
    void aNameThatYamlReadsAsSomethingElseIsPrintedSoThatItReadsBack(String name)
            throws IOException {
        settings.offer(Setting.TASK, name);
        Path file = folder.resolve("sync.yaml");
        Files.writeString(file, ConfigText.of(read(Map.of()), settings));

        assertThat(LinkOptionsReader.read(ConfigFile.read(file), Map.of()).task()).isEqualTo(name);
    }

    private LinkOptions with(Setting setting, String text) {
        Settings changed = new Settings();
        changed.offer(setting, text);
        changed.offerAll(settings);
        return LinkOptionsReader.read(changed, Map.of());
    }

    private LinkOptions read(Map<String, String> environment) {
        settings.offer(Setting.SOURCE, "redis://a");
        settings.offer(Setting.TARGET, "redis://b:6380");
        return LinkOptionsReader.read(settings, environment);
    }
}
