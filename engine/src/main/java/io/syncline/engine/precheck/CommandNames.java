package io.syncline.engine.precheck;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Spelling;
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
        return Spelling.nearest(
                name,
                CommandTable.standard().all().stream()
                        .map(spec -> spec.name().toLowerCase(Locale.ROOT))
                        .toList());
    }
}
