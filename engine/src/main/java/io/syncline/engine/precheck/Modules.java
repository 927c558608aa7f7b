package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Modules of the source that the target lacks. A server before 6.2 ends itself when it is given a
/// value of a module it does not know (rdb.c `rdbLoadObject`), so there it is an error.
final class Modules {
    /// Valkey 9.1 lists its script engine as a module; it holds no data.
    private static final Set<String> WITHOUT_DATA = Set.of("lua");

    /// Always there since Redis 8.0, used or not.
    private static final Set<String> BUILT_IN = Set.of("vectorset");

    static final Check.Questions QUESTIONS = Modules::questions;

    private Modules() {}

    private static List<List<String>> questions(Node node, Plan plan) throws IOException {
        List<List<String>> questions = new ArrayList<>();
        List<String> modules = node.modules();
        if (modules != null && !modules.isEmpty() && node.isSince(7, 0)) {
            modules.forEach(module -> questions.add(commandsOf(module)));
        }
        return questions;
    }

    private static List<String> commandsOf(String module) {
        return List.of("COMMAND", "LIST", "FILTERBY", "MODULE", module);
    }

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        Node from = source.first();
        Node to = target.oldest();
        List<String> modules = from.modules();
        if (modules == null) {
            if (from.isSince(4, 0)) {
                verdict.unknown(from, "modules", Replies.text(from.ask("MODULE", "LIST")));
            } else {
                verdict.ok(from.address(), "the source has no modules");
            }
            return;
        }
        List<String> present = to.modules() == null ? List.of() : to.modules();
        boolean fine = true;
        for (String module : modules) {
            if (!WITHOUT_DATA.contains(module) && !present.contains(module)) {
                fine &= judgeMissing(module, from, to, verdict);
            }
        }
        if (fine) {
            verdict.ok(to.address(), "the target has every module that the source uses");
        }
    }

    /// Returns whether all is well nevertheless.
    private static boolean judgeMissing(String module, Node from, Node to, Verdict verdict)
            throws IOException {
        Boolean used = isUsed(module, from);
        if (BUILT_IN.contains(module) && Boolean.FALSE.equals(used)) {
            return true;
        }
        String usage =
                used == null
                        ? ""
                        : used
                                ? ", whose commands the source has run"
                                : ", which the source has loaded";
        if (!to.isSince(6, 2) && !Boolean.FALSE.equals(used)) {
            verdict.error(
                    to.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "the target lacks module "
                            + module
                            + usage
                            + "; "
                            + to.info().product()
                            + " ends itself when it is given a value of a module it lacks",
                    "Load the module at the target, or upgrade the target to 6.2 or later");
        } else {
            verdict.warning(
                    to.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "the target lacks module " + module + usage + ": its values are refused",
                    "Load the module at the target, or choose --on-refused skip");
        }
        return false;
    }

    /// Whether a command of the module was run since the source's start; null when it does not say,
    /// as before 7.0.
    private static @Nullable Boolean isUsed(String module, Node from) throws IOException {
        Map<String, Long> calls = from.calls();
        if (calls == null || !from.isSince(7, 0)) {
            return null;
        }
        Reply commands = from.ask(commandsOf(module).toArray(String[]::new));
        return commands instanceof Reply.Items
                ? Replies.texts(commands).stream()
                        .anyMatch(name -> calls.containsKey(name.toUpperCase(Locale.ROOT)))
                : null;
    }
}
