package io.syncline.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.settings.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The pages of `docs/reference` name what the program has, all of it and nothing else.
class ReferenceTest {
    private static final Path DOCS = Path.of("../docs");
    private static final Path MAIN = Path.of("src/main/java/io/syncline/server");
    private static final Path OPEN_API =
            Path.of("src/main/resources/io/syncline/server/rest/openapi.yaml");

    @Test
    void theOptionsOfSyncStandOnTheirPageAsInHelp() throws IOException {
        List<String> options =
                Arrays.stream(Setting.values())
                        .filter(setting -> setting.section() != Setting.Section.VERIFY)
                        .map(setting -> start(setting) + setting.description() + " |")
                        .toList();

        assertThat(rows("cli.md", "| `--")).isEqualTo(options);
    }

    /// The page says of some more than help does.
    @Test
    void theOptionsOfVerifyStandOnTheirPage() throws IOException {
        List<String> rows = new ArrayList<>(rows("verify.md", "| `--"));
        rows.removeIf(row -> row.startsWith("| `--extend-expiry"));

        assertThat(rows)
                .zipSatisfy(
                        Arrays.stream(Setting.values())
                                .filter(each -> each.section() == Setting.Section.VERIFY)
                                .toList(),
                        (row, setting) -> assertThat(row).startsWith(start(setting)));
    }

    private static String start(Setting setting) {
        String label = setting.isFlag() ? "" : " " + setting.label().replace("|", "\\|");
        String initial = setting.initial().isEmpty() ? "" : "`" + setting.initial() + "`";
        return "| `" + setting.option() + label + "` | " + initial + " | ";
    }

    @Test
    void theOptionsOfTheServerStandOnItsPage() throws IOException {
        List<String> named =
                matches(String.join("\n", rows("server.md", "| `--")), "`(--[a-z-]+) [A-Z:]+`");

        assertThat(named)
                .containsExactlyElementsOf(
                        ServerCommand.spec(CommandSpec.create()).options().stream()
                                .map(OptionSpec::longestName)
                                .toList());
    }

    @Test
    void theVerbsOfAServiceStandOnItsPage() throws IOException {
        String[] groups =
                Arrays.stream(RemoteVerb.values())
                        .map(verb -> "| `" + verb.group() + " ")
                        .distinct()
                        .toArray(String[]::new);

        assertThat(rows("server.md", groups))
                .containsExactlyElementsOf(
                        Arrays.stream(RemoteVerb.values()).map(ReferenceTest::row).toList());
    }

    private static String row(RemoteVerb verb) {
        String call =
                Stream.concat(Stream.of(verb.group(), verb.word()), Stream.of(verb.parameters()))
                        .collect(Collectors.joining(" "));
        return "| `" + call + "` | " + verb.description() + " |";
    }

    @Test
    void theExitCodesStandOnTheirPage() throws IOException {
        List<String> numbers = matches(page("cli.md"), "(?m)^\\| ([0-9]+) \\|");

        assertThat(numbers)
                .containsExactlyElementsOf(
                        Arrays.stream(ExitCode.values())
                                .map(code -> Integer.toString(code.number()))
                                .toList());
    }

    @Test
    void theErrorCodesStandOnTheirPage() throws IOException {
        List<String> codes = rows("json-events.md", "| `");
        codes.removeIf(row -> !row.matches("\\| `[A-Z_]+` .*"));

        assertThat(codes)
                .zipSatisfy(
                        List.of(ErrorCode.values()),
                        (row, code) ->
                                assertThat(row)
                                        .startsWith(
                                                "| `"
                                                        + code
                                                        + "` | `"
                                                        + code.blame()
                                                                .name()
                                                                .toLowerCase(Locale.ROOT)
                                                        + "` | "));
    }

    @Test
    void everyEventAndEveryFieldStandsOnThePageOfEvents() throws IOException {
        String page = page("json-events.md");
        Set<String> names = new TreeSet<>();
        for (String source : List.of("JsonEvents", "VerifyEvents", "ConflictLog")) {
            String text = Files.readString(MAIN.resolve("report").resolve(source + ".java"));
            names.addAll(matches(text, "line\\(\\s*time,\\s*\"([a-z-]+)\""));
            names.addAll(matches(text, "(?:Property|PropertyStart)\\(\\s*\"(\\w+)\""));
            names.addAll(matches(text, "(?:known|written)\\(json, \"(\\w+)\""));
        }

        assertThat(names).hasSizeGreaterThan(70);
        assertThat(names).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void theStatesAndWhatIsAllowedInThemStandOnTheirPage() throws IOException {
        Map<String, List<String>> told = new TreeMap<>();
        for (TaskState state : TaskState.values()) {
            for (String row : rows("server.md", "| " + state.words() + " |")) {
                String actions = row.substring(row.lastIndexOf('|', row.length() - 2) + 1);
                told.put(state.words(), List.of(actions.replace("|", "").strip().split(", ")));
            }
        }
        Map<String, List<String>> allowed = new TreeMap<>();
        for (TaskState state : TaskState.values()) {
            if (state != TaskState.RELEASED) {
                allowed.put(
                        state.words(),
                        state.allowedActions().stream().map(TaskAction::code).toList());
            }
        }

        assertThat(told).isEqualTo(allowed);
    }

    @Test
    void everyPathOfTheRestInterfaceThatAPageNamesIsThere() throws IOException {
        Set<String> there = new TreeSet<>(matches(Files.readString(OPEN_API), "(?m)^  (/\\S+):"));
        Set<String> named = new TreeSet<>();
        for (Path page : pages()) {
            named.addAll(matches(Files.readString(page), "(/api/v1/[\\w{}/.-]*[\\w}])"));
        }

        assertThat(there).hasSizeGreaterThan(40);
        assertThat(there).containsAll(named);
    }

    @Test
    void everyVariableOfTheEnvironmentStandsOnAPage() throws IOException {
        Set<String> read = new TreeSet<>();
        try (Stream<Path> files = Files.walk(MAIN)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                read.addAll(matches(Files.readString(file), "\"(SYNCLINE_[A-Z_]+)\""));
            }
        }
        String told = page("cli.md") + page("server.md");

        assertThat(read).hasSizeGreaterThan(8);
        assertThat(read).allSatisfy(name -> assertThat(told).contains("`" + name));
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(DOCS)) {
            return files.filter(file -> file.toString().endsWith(".md")).toList();
        }
    }

    private static String page(String name) throws IOException {
        return Files.readString(DOCS.resolve("reference").resolve(name));
    }

    /// The rows of a page's tables that begin in one of these ways.
    private static List<String> rows(String name, String... starts) throws IOException {
        return page(name)
                .lines()
                .filter(line -> Arrays.stream(starts).anyMatch(line::startsWith))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static List<String> matches(String text, String pattern) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
