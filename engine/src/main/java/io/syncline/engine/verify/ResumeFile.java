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
    private static final String FORM = "syncline-verify 1";

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
                        options.repair().toString())
                .replaceAll("\\s+", " ");
    }

    /// @param cursors of walks by name: everything before is settled
    /// @param written what the listener had written by then
    record Saved(
            Map<String, String> cursors,
            long keys,
            long targetKeys,
            long repaired,
            Map<Difference.Kind, Long> byKind,
            long written) {
        Saved {
            cursors = Map.copyOf(cursors);
            byKind = Map.copyOf(byKind);
        }
    }

    void write(Saved saved) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(FORM);
        lines.add("of " + identity);
        lines.add("keys " + saved.keys());
        lines.add("target-keys " + saved.targetKeys());
        lines.add("repaired " + saved.repaired());
        lines.add("written " + saved.written());
        saved.byKind().forEach((kind, count) -> lines.add("kind " + kind.word() + " " + count));
        new TreeMap<>(saved.cursors())
                .forEach((name, cursor) -> lines.add("walk " + name + " " + cursor));
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, lines, StandardCharsets.UTF_8);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    /// What was written last; null when there is no file yet.
    @Nullable Saved read() throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
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
        Map<String, String> cursors = new TreeMap<>();
        try {
            for (String line : lines.subList(2, lines.size())) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "walk" -> cursors.put(words[1], words[2]);
                    case "kind" -> byKind.put(kind(words[1]), Long.parseLong(words[2]));
                    default -> numbers.put(words[0], Long.parseLong(words[1]));
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw refuse("it is damaged: " + e.getMessage());
        }
        return new Saved(
                cursors,
                numbers.getOrDefault("keys", 0L),
                numbers.getOrDefault("target-keys", 0L),
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
