package io.syncline.engine.precheck;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Whether the commands that a user names are commands: a name that is mistyped would leave out
/// what was meant, or copy what was not, without a word. A name that the table does not have may be
/// of a module, or newer than we are; then the source knows it.
final class CommandNames {
    private static final String PLACE = "--commands";

    /// Further apart are two words that have nothing to do with each other.
    private static final int MOST_EDITS = 2;

    static final Check.Questions QUESTIONS = CommandNames::questions;

    private CommandNames() {}

    private static List<List<String>> questions(Node node, Plan plan) {
        return unknown(plan).isEmpty() ? List.of() : List.of(question(unknown(plan)));
    }

    private static List<String> question(List<String> names) {
        List<String> question = new ArrayList<>(List.of("COMMAND", "INFO"));
        question.addAll(names);
        return List.copyOf(question);
    }

    /// Those that the table does not have.
    private static List<String> unknown(Plan plan) {
        CommandTable table = CommandTable.standard();
        return plan.commands().stream()
                .filter(name -> table.find(name).kind() == CommandKind.UNKNOWN)
                .toList();
    }

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        List<String> unknown = unknown(plan);
        List<String> lacking = new ArrayList<>(unknown);
        for (Node node : unknown.isEmpty() ? List.<Node>of() : source.nodes()) {
            Reply reply = node.ask(question(unknown).toArray(String[]::new));
            if (reply instanceof Reply.Items known && known.items().size() == unknown.size()) {
                for (int i = 0; i < unknown.size(); i++) {
                    if (known.items().get(i) instanceof Reply.Items words
                            && !words.items().isEmpty()) {
                        lacking.remove(unknown.get(i));
                    }
                }
            }
        }
        lacking.forEach(name -> lacks(name, verdict));
        if (lacking.isEmpty() && !plan.commands().isEmpty()) {
            verdict.ok(PLACE, "every command that is named is known");
        }
    }

    private static void lacks(String name, Verdict verdict) {
        String near = nearest(name);
        if (near == null) {
            verdict.warning(
                    PLACE,
                    ErrorCode.BAD_OPTION,
                    "neither Syncline nor the source knows a command '" + name + "'",
                    "Leave it out, unless it is of a module that is still to be loaded");
            return;
        }
        verdict.error(
                PLACE,
                ErrorCode.BAD_OPTION,
                "neither Syncline nor the source knows a command '"
                        + name
                        + "'; the nearest is '"
                        + near
                        + "'",
                "Write '" + near + "', or leave it out until the source knows it");
    }

    /// The known name that is the fewest edits away; null when none is near.
    static @Nullable String nearest(String name) {
        String nearest = null;
        int fewest = Math.min(MOST_EDITS, name.length() / 2) + 1;
        for (CommandSpec spec : CommandTable.standard().all()) {
            String known = spec.name().toLowerCase(Locale.ROOT);
            if (Math.abs(known.length() - name.length()) < fewest) {
                int edits = edits(name, known);
                if (edits < fewest) {
                    fewest = edits;
                    nearest = known;
                }
            }
        }
        return nearest;
    }

    /// Letters to insert, take away, replace or swap with the next one (optimal string alignment).
    private static int edits(String one, String other) {
        int[][] least = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    least[i][j] = i + j;
                    continue;
                }
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                int best = least[i - 1][j - 1] + (same ? 0 : 1);
                best = Math.min(best, Math.min(least[i - 1][j], least[i][j - 1]) + 1);
                boolean swapped =
                        i > 1
                                && j > 1
                                && one.charAt(i - 1) == other.charAt(j - 2)
                                && one.charAt(i - 2) == other.charAt(j - 1);
                least[i][j] = swapped ? Math.min(best, least[i - 2][j - 2] + 1) : best;
            }
        }
        return least[one.length()][other.length()];
    }
}
