package io.syncline.engine.verify;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How far a verification is, in a small text file that is replaced as a whole.
final class ResumeFile {
    private static final String FORM = "syncline-verify 2";

    /// A cluster of a thousand nodes has a line for each; more is another file, named by mistake.
    private static final long LARGEST_BYTES = 1 << 20;

    private final Path file;
    private final String identity;

    ResumeFile(Path file, VerifyOptions options) {
        this.file = file;
        this.identity = identity(options);
    }

    /// What is compared with what: another comparison's state is of no use.
    private static String identity(VerifyOptions options) {
        return String.join(
                        " ",
                        options.source().addresses().toString(),
                        options.target().addresses().toString(),
                        options.databases().toString(),
                        options.scope().toString(),
                        options.repair().toString(),
                        options.rules().print())
                .strip()
                .replaceAll("\\s+", " ");
    }

    /// How far a walk is.
    ///
    /// @param cursor everything before is settled
    /// @param keys that were compared
    /// @param passed keys of the node that the scan came by, compared or not
    record Reached(String cursor, long keys, long passed) {}

    /// @param walks by name
    /// @param layout of the clusters at the start
    /// @param written what the listener had written by then
    record Saved(
            Map<String, Reached> walks,
            String layout,
            long repaired,
            Map<Difference.Kind, Long> byKind,
            long written) {
        Saved {
            walks = Map.copyOf(walks);
            byKind = Map.copyOf(byKind);
        }
    }

    void write(Saved saved) {
        List<String> lines = new ArrayList<>();
        lines.add(FORM);
        lines.add("of " + identity);
        lines.add("layout " + saved.layout());
        lines.add("repaired " + saved.repaired());
        lines.add("written " + saved.written());
        saved.byKind().forEach((kind, count) -> lines.add("kind " + kind.word() + " " + count));
        new TreeMap<>(saved.walks())
                .forEach((name, reached) ->
                        lines.add(
                                String.join(
                                        " ",
                                        "walk",
                                        name,
                                        reached.cursor(),
                                        Long.toString(reached.keys()),
                                        Long.toString(reached.passed()))));
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.write(next, lines, StandardCharsets.UTF_8);
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new SynclineException(
                    ErrorCode.SPOOL_FULL,
                    file.toString(),
                    "the state cannot be written: " + e.getMessage(),
                    "Look for room and rights there, and start again");
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    /// What was written last; null when there is no file yet.
    @Nullable Saved read() {
        try {
            return Files.exists(file) ? parse() : null;
        } catch (IOException e) {
            throw refuse("it cannot be read: " + e.getMessage());
        }
    }

    private Saved parse() throws IOException {
        if (Files.size(file) > LARGEST_BYTES) {
            throw refuse("it is no state of a verification");
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        if (lines.size() < 5 || !lines.getFirst().equals(FORM)) {
            throw refuse("it is no state of a verification");
        }
        if (!lines.get(1).equals("of " + identity)) {
            throw refuse("it belongs to another verification: " + lines.get(1));
        }
        Map<String, Long> numbers = new TreeMap<>();
        Map<Difference.Kind, Long> byKind = new EnumMap<>(Difference.Kind.class);
        Map<String, Reached> walks = new TreeMap<>();
        String layout = "";
        try {
            for (String line : lines.subList(2, lines.size())) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "walk" ->
                            walks.put(
                                    words[1],
                                    new Reached(
                                            words[2],
                                            Long.parseLong(words[3]),
                                            Long.parseLong(words[4])));
                    case "layout" -> layout = words[1];
                    case "kind" -> byKind.put(kind(words[1]), Long.parseLong(words[2]));
                    default -> numbers.put(words[0], Long.parseLong(words[1]));
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw refuse("it is damaged: " + e.getMessage());
        }
        return new Saved(
                walks,
                layout,
                numbers.getOrDefault("repaired", 0L),
                byKind,
                numbers.getOrDefault("written", 0L));
    }

    private static Difference.Kind kind(String word) {
        return Difference.Kind.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private SynclineException refuse(String reason) {
        return new SynclineException(
                ErrorCode.BAD_OPTION,
                file.toString(),
                reason,
                "Name another file, or delete this one to begin anew");
    }
}
