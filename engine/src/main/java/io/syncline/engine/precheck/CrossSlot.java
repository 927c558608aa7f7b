package io.syncline.engine.precheck;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Commands of several keys work at a standalone source; a cluster takes them only when the keys
/// are in one slot. Most are done in another way then; the others are refused.
final class CrossSlot {
    /// Scripts, of which a source before 5.0 streams the text, and what ties keys together for
    /// good.
    private static final Set<String> REFUSED =
            Set.of("EVAL", "EVALSHA", "FCALL", "TS.CREATERULE", "TS.DELETERULE");

    /// From 5.0 on a script's effects are streamed by default, from 7.0 on always.
    private static final int EFFECTS_SINCE = 5;

    private static final int MOST_NAMED = 10;

    static final Check.Questions QUESTIONS = (node, plan) -> List.of(Node.statisticsQuestion());

    private CrossSlot() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        // Keys of one slot of a cluster stay in one, unless they get other names.
        if ((source.isCluster() && !plan.rules().renames()) || !target.isCluster()) {
            return;
        }
        Node node = source.first();
        Map<String, Long> calls = new HashMap<>();
        for (Node each : source.nodes()) {
            Map<String, Long> own = each.calls();
            if (own == null) {
                String why = Replies.text(each.ask("INFO", "commandstats"));
                verdict.unknown(each, "INFO commandstats", why);
                return;
            }
            calls.putAll(own);
        }
        List<String> risky = risky(calls, node.isSince(EFFECTS_SINCE, 0));
        if (risky.isEmpty()) {
            verdict.ok(
                    node.address(),
                    "the source has run no command since its start that a cluster refuses over"
                            + " several slots");
        } else {
            verdict.warning(
                    node.address(),
                    ErrorCode.COMMAND_REFUSED,
                    "the source has run "
                            + Replies.list(risky, MOST_NAMED)
                            + "; a cluster refuses them when their keys are in different slots",
                    "Give keys that are used together a common {tag}, or choose --on-refused skip");
        }
    }

    static List<String> risky(Map<String, Long> calls, boolean streamsEffects) {
        List<String> risky = new ArrayList<>();
        for (CommandSpec command : CommandTable.standard().all()) {
            boolean script = command.kind() == CommandKind.EVAL;
            if (calls.containsKey(command.name())
                    && REFUSED.contains(command.name())
                    && !(script && streamsEffects)) {
                risky.add(command.name());
            }
        }
        return risky;
    }
}
