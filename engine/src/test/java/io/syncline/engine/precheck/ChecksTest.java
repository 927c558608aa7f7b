package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {
    /// Tests run in the module's folder.
    private static final Path PAGE = Path.of("..", "docs", "reference", "prechecks.md");

    @Test
    void thePageOfTheReferenceNamesEveryCheckInOrder() throws IOException {
        List<String> documented =
                Files.readAllLines(PAGE).stream()
                        .takeWhile(line -> !line.startsWith("## Adding"))
                        .filter(line -> line.startsWith("| `"))
                        .map(line -> line.substring(3, line.indexOf('`', 3)))
                        .toList();

        assertThat(documented).containsExactlyElementsOf(Checks.names());
    }

    @Test
    void namesAreUnique() {
        assertThat(Checks.names()).doesNotHaveDuplicates();
    }

    @Test
    void aSpoolThatIsAFileIsAnErrorAndAFolderThatIsYetToBeMadeIsFine(@TempDir Path folder)
            throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(spool(file))
                .containsExactly(
                        "ERROR the spool's folder cannot be written | Name another with --spool-dir, or"
                                + " --spool-disk 0 for memory only");
        assertThat(spool(folder.resolve("new").resolve("one")))
                .singleElement()
                .asString()
                .startsWith("OK ");
    }

    private static List<String> spool(Path directory) throws IOException {
        List<Finding> findings = new ArrayList<>();
        Plan plan = new Plan(new TreeMap<>(), false, false, "", directory, 1);
        Spool.judge(side("source"), side("target"), plan, new Verdict("spool", findings));
        return Trial.sentences(findings, "spool");
    }

    private static Side side(String name) {
        return new Trial(Trial.NOWHERE, Trial.NOWHERE).side(name);
    }
}
