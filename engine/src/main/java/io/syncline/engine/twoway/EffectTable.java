package io.syncline.engine.twoway;

import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The lines of `effects.txt`, by command.
final class EffectTable {
    private static final String RESOURCE = "effects.txt";
    private static final int COLUMN_COUNT = 3;

    /// Which keys of a command are only read.
    enum Sources {
        NONE,
        REST,
        BUT_LAST;

        boolean isSource(int index, int count) {
            return switch (this) {
                case NONE -> false;
                case REST -> index > 0;
                case BUT_LAST -> index < count - 1;
            };
        }
    }

    /// One command's line.
    ///
    /// @param first the first argument that names a member
    /// @param step from there to the next; 0: there is only one
    /// @param scores whether options and scores stand before the members, as in ZADD
    record Line(
            Sources sources,
            Commutation.Group group,
            int first,
            int step,
            boolean scores,
            boolean opaque) {
        static final Line OTHER =
                new Line(Sources.NONE, Commutation.Group.ALONE, 0, 0, false, false);

        Commutation commutation(CommandView view) {
            if (!group.isByMember()) {
                return Commutation.of(group);
            }
            return scores ? scored(view) : new Commutation(group, members(view, first, step));
        }

        private static byte[][] members(CommandView view, int first, int step) {
            List<byte[]> members = new ArrayList<>();
            for (int i = first; i < view.argumentCount; i += step) {
                members.add(view.argument(i));
                if (step == 0) {
                    break;
                }
            }
            return members.toArray(byte[][]::new);
        }

        /// `ZADD key [CH] score member ...`; any other option makes its effect depend on what is
        /// there.
        private Commutation scored(CommandView view) {
            int at = 2;
            if (at < view.argumentCount && view.isWord(at, "CH")) {
                at++;
            }
            if (at < view.argumentCount && isOption(view, at)) {
                return Commutation.ALONE;
            }
            return new Commutation(group, members(view, at + 1, 2));
        }

        private static boolean isOption(CommandView view, int at) {
            return view.isWord(at, "NX")
                    || view.isWord(at, "XX")
                    || view.isWord(at, "GT")
                    || view.isWord(at, "LT")
                    || view.isWord(at, "INCR");
        }
    }

    private static final EffectTable STANDARD = new EffectTable(CommandTable.standard());

    private final Line[] lines;

    private EffectTable(CommandTable commands) {
        lines = new Line[commands.all().size() + 1];
        Arrays.fill(lines, Line.OTHER);
        try (InputStream input = EffectTable.class.getResourceAsStream(RESOURCE)) {
            if (input == null) {
                throw new IllegalStateException(
                        "the resource " + RESOURCE + " is missing from the jar; build it again");
            }
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(input, StandardCharsets.US_ASCII));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank() && line.charAt(0) != '#') {
                    read(commands, line.strip().split(" +", -1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
        }
    }

    private void read(CommandTable commands, String[] columns) {
        CommandSpec spec = commands.find(columns[0]);
        if (columns.length != COLUMN_COUNT || spec.equals(CommandSpec.UNKNOWN)) {
            throw new IllegalStateException(
                    RESOURCE + ": '" + String.join(" ", columns) + "' is no line of a command");
        }
        Sources sources =
                columns[1].equals("-") ? Sources.NONE : Sources.valueOf(constant(columns[1]));
        if (columns[2].equals("opaque")) {
            lines[spec.index()] = new Line(sources, Commutation.Group.ALONE, 0, 0, false, true);
            return;
        }
        String[] parts = columns[2].split("[:/]", -1);
        boolean scores = parts.length > 1 && parts[1].equals("zadd");
        lines[spec.index()] =
                new Line(
                        sources,
                        Commutation.Group.valueOf(constant(parts[0])),
                        parts.length > 1 && !scores ? Integer.parseInt(parts[1]) : 0,
                        parts.length > 2 ? Integer.parseInt(parts[2]) : 0,
                        scores,
                        false);
    }

    private static String constant(String label) {
        return label.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    static EffectTable standard() {
        return STANDARD;
    }

    Line of(CommandSpec spec) {
        return lines[spec.index()];
    }
}
