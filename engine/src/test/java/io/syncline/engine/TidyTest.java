package io.syncline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of the house that a machine can see, for the sources of every module.
class TidyTest {
    private static final int FILE_LINES = 400;
    private static final int COLUMNS = 100;
    private static final int METHOD_LINES = 60;

    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Util|Utils|Helper|Impl|Manager)|(Abstract|Default)[A-Z].*");

    /// Written in two parts, so that this file is not found by its own rules.
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final Pattern SLEEP = Pattern.compile("\\bsle" + "ep\\(");

    /// The first line of a method, as the formatter indents it; no record, no constant of an enum.
    private static final Pattern METHOD =
            Pattern.compile(" {4}(?!record |[A-Z_]+\\()(?:[\\w<>@?\\[\\],.]+ )*\\w+\\([^;]*$");

    private static List<Path> sources(String kind) throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path module : modules()) {
            Path folder = module.resolve("src").resolve(kind).resolve("java");
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
                }
            }
        }
        assertThat(all).isNotEmpty();
        return all;
    }

    private static List<Path> modules() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("testkit"))) {
            root = Objects.requireNonNull(root.getParent(), "no folder above has the modules");
        }
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))).toList();
        }
    }

    private static List<Path> everything() throws IOException {
        List<Path> all = new ArrayList<>(sources("main"));
        all.addAll(sources("test"));
        return all;
    }

    @Test
    void filesAreShort() throws IOException {
        List<String> long_ = new ArrayList<>();
        for (Path file : everything()) {
            int lines = Files.readAllLines(file).size();
            if (lines > FILE_LINES) {
                long_.add(file.getFileName() + " has " + lines + " lines");
            }
        }
        assertThat(long_).isEmpty();
    }

    @Test
    void linesFitTheScreen() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path file : everything()) {
            List<String> lines = Files.readAllLines(file);
            boolean block = false;
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                block ^= line.contains("\"\"\"");
                // What the formatter cannot break: imports and text.
                boolean text = block || line.contains("\"") || line.startsWith("import ");
                if (line.length() > COLUMNS && !text) {
                    wide.add(file.getFileName() + ":" + (i + 1));
                }
            }
        }
        assertThat(wide).isEmpty();
    }

    @Test
    void methodsAreShort() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : everything()) {
            List<String> lines = Files.readAllLines(file);
            int begun = -1;
            for (int i = 0; i < lines.size(); i++) {
                // A closed body needs no look; a nested class is looked at as a whole.
                if (begun < 0
                        && !lines.get(i).endsWith("{}")
                        && METHOD.matcher(lines.get(i)).matches()) {
                    begun = i;
                } else if (begun >= 0 && lines.get(i).equals("    }")) {
                    if (i - begun + 1 > METHOD_LINES) {
                        found.add(file.getFileName() + ":" + (begun + 1));
                    }
                    begun = -1;
                } else if (lines.get(i).equals("    };") || lines.get(i).equals("}")) {
                    begun = -1;
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /// A JVM that exits waits 0.3 s for their poller, which the service alone can afford.
    @Test
    void noThreadIsVirtual() throws IOException {
        assertThat(sources("main"))
                .filteredOn(file -> !file.toString().contains("testkit"))
                .allSatisfy(file ->
                        assertThat(Files.readString(file))
                                .as(file.toString())
                                .doesNotContain("ofVirtual", "newVirtualThread"));
    }

    @Test
    void namesSayWhatAThingIs() throws IOException {
        assertThat(everything())
                .allSatisfy(file -> {
                    String name = file.getFileName().toString().replace(".java", "");
                    assertThat(BANNED_NAME.matcher(name).matches()).as(name).isFalse();
                });
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        requireNone(everything(), UNFINISHED);
    }

    @Test
    void testsWaitForConditionsAndNeverForTime() throws IOException {
        List<Path> tests = sources("test");
        tests.addAll(
                sources("main").stream()
                        .filter(file -> file.toString().contains("testkit"))
                        .toList());
        requireNone(tests, SLEEP);
    }

    private static void requireNone(List<Path> files, Pattern banned) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            Matcher matcher = banned.matcher(Files.readString(file));
            if (matcher.find()) {
                found.add(file.getFileName() + ": " + matcher.group());
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        List<Path> folders = sources("main").stream().map(Path::getParent).distinct().toList();
        assertThat(folders)
                .allSatisfy(folder ->
                        assertThat(folder.resolve("package-info.java"))
                                .exists()
                                .content()
                                .startsWith("///")
                                .contains("@NullMarked"));
    }
}
