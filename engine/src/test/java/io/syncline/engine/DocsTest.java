package io.syncline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the pages point at is there.
class DocsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#\\s]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?s)```.*?```");

    /// A test, or one method of it, as pages name them.
    private static final Pattern TEST =
            Pattern.compile("`([A-Z]\\w*(?:IT|Test))(?:\\.([a-z]\\w*))?`");

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path folder : List.of(ROOT, ROOT.resolve("docs"))) {
            try (Stream<Path> files = Files.walk(folder, folder.equals(ROOT) ? 1 : 3)) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        assertThat(pages).hasSizeGreaterThan(20);
        return pages;
    }

    @Test
    void everyLinkLeadsToAPageAndAHeadingThatAreThere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(prose(page));
            while (link.find()) {
                Path there = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                String heading = link.group(2);
                if (!Files.exists(there)
                        || (heading != null && !anchors(there).contains(heading))) {
                    broken.add(page + ": " + link.group());
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void everyTestThatAPageNamesIsThere() throws IOException {
        Map<String, Path> tests = new HashMap<>();
        for (String module : List.of("testkit", "engine", "server")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                files.forEach(file -> tests.put(file.getFileName().toString(), file));
            }
        }
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            Matcher named = TEST.matcher(Files.readString(page));
            while (named.find()) {
                Path file = tests.get(named.group(1) + ".java");
                String method = named.group(2);
                if (file == null
                        || (method != null
                                && !Files.readString(file).contains("void " + method + "("))) {
                    missing.add(page + ": " + named.group());
                }
            }
        }

        assertThat(missing).isEmpty();
    }

    /// What is shown as code may look like a link or a heading.
    private static String prose(Path page) throws IOException {
        return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
    }

    /// The names that headings have for links.
    private static List<String> anchors(Path page) throws IOException {
        return HEADING.matcher(prose(page))
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w -]", "").replace(' ', '-'))
                .toList();
    }
}
