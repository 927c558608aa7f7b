package io.syncline.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The bundle has every text that templates and pages name, and no other.
class TextsTest {
    private static final Pattern USE = Pattern.compile("(?<![\\w.])t\\(\\s*\"([^\"]*)\"\\s*[,)]");

    @Test
    void theBundleHasWhatIsUsedAndNothingElse() throws IOException {
        Set<String> used = new TreeSet<>();
        used.addAll(uses(Path.of("src/main/jte")));
        used.addAll(uses(Path.of("src/main/java/io/syncline/server/console")));

        assertThat(used).hasSizeGreaterThan(300);
        assertThat(ResourceBundle.getBundle("io.syncline.server.console.texts").keySet())
                .containsExactlyInAnyOrderElementsOf(used);
    }

    private static Set<String> uses(Path folder) throws IOException {
        Set<String> uses = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher matcher = USE.matcher(Files.readString(file));
                while (matcher.find()) {
                    uses.add(matcher.group(1));
                }
            }
        }
        return uses;
    }
}
