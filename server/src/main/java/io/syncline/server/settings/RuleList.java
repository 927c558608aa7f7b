package io.syncline.server.settings;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.etl.RuleReader;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads `--etl`: rules for keys, one a line; a line `@FILE` stands for the lines of that file.
public final class RuleList {
    /// Begins the name of a file in place of a rule.
    public static final String FILE_MARK = "@";

    /// A thousand rules of a kilobyte each; anything larger is another file, named by mistake.
    private static final long MOST_FILE_BYTES = 1 << 20;

    private final List<String> lines = new ArrayList<>();

    /// Of each line, for errors.
    private final List<String> places = new ArrayList<>();

    private RuleList() {}

    static KeyRules read(Settings settings) {
        if (settings.given(Setting.ETL) == null) {
            return KeyRules.NONE;
        }
        return read(settings.text(Setting.ETL), settings.place(Setting.ETL));
    }

    /// Reads a text of rules.
    ///
    /// @param place where it was given
    public static KeyRules read(String text, String place) {
        RuleList list = new RuleList();
        String[] given = text.split("\n", -1);
        for (int i = 0; i < given.length; i++) {
            String at = given.length == 1 ? place : place + " line " + (i + 1);
            if (given[i].strip().startsWith(FILE_MARK)) {
                list.addFile(given[i].strip().substring(FILE_MARK.length()), at);
            } else {
                list.add(given[i], at);
            }
        }
        return RuleReader.read(
                String.join("\n", list.lines), number -> list.places.get(number - 1));
    }

    private void add(String line, String place) {
        lines.add(line);
        places.add(place);
    }

    private void addFile(String name, String place) {
        String text;
        try {
            Path file = Path.of(name);
            if (!Files.isRegularFile(file)) {
                throw refuse(name, place, "is no file that this user may read", null);
            }
            if (Files.size(file) > MOST_FILE_BYTES) {
                throw refuse(name, place, "is too large for a file of rules", null);
            }
            text = Files.readString(file);
        } catch (IOException | InvalidPathException e) {
            throw refuse(name, place, "cannot be read: " + e.getClass().getSimpleName(), e);
        }
        String[] rules = text.split("\n", -1);
        for (int i = 0; i < rules.length; i++) {
            add(rules[i], name + " line " + (i + 1));
        }
    }

    private static SynclineException refuse(
            String name, String place, String reason, @Nullable Exception cause) {
        return new SynclineException(
                new Failure(
                        ErrorCode.BAD_OPTION,
                        place,
                        "'" + name + "' " + reason,
                        "Name behind " + FILE_MARK + " a text file in UTF-8, one rule a line"),
                cause);
    }
}
