package io.syncline.engine.precheck;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.KeySpec;
import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Commands of several keys work at a standalone source and are refused by a cluster when the keys
/// are in different slots.
final class CrossSlot {
    /// Split by slot on the way, or streamed as commands of one key.
    private static final Set<String> HARMLESS =
            Set.of(
                    "DEL",
                    "UNLINK",
                    "MSET",
                    "MSETNX",
                    "BLPOP",
                    "BRPOP",
                    "BZPOPMIN",
                    "BZPOPMAX",
                    "MIGRATE");

    private static final int MOST_NAMED = 10;

    static final Check.Questions QUESTIONS = (node, plan) -> List.of(Node.statisticsQuestion());

    private CrossSlot() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        if (source.isCluster() || !target.isCluster()) {
            return;
        }
        Node node = source.first();
        Map<String, Long> calls = node.calls();
        if (calls == null) {
            verdict.unknown(
                    node, "INFO commandstats", Replies.text(node.ask("INFO", "commandstats")));
            return;
        }
        List<String> risky = risky(calls);
        if (risky.isEmpty()) {
            verdict.ok(
                    node.address(),
                    "the source has run no command of several keys since its start");
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

    static List<String> risky(Map<String, Long> calls) {
        List<String> risky = new ArrayList<>();
        for (CommandSpec command : CommandTable.standard().all()) {
            if (calls.containsKey(command.name()) && mayCross(command)) {
                risky.add(command.name());
            }
        }
        return risky;
    }

    private static boolean mayCross(CommandSpec command) {
        boolean writes = command.isWrite() || command.kind() == CommandKind.EVAL;
        KeySpec keys = command.keys();
        boolean several =
                switch (keys.rule()) {
                    case NONE -> false;
                    case RANGE -> keys.first() != keys.last();
                    case NUMKEYS, STORE_NUMKEYS, SORT, GEORADIUS, STREAMS, MIGRATE -> true;
                };
        return writes
                && several
                && (command.flags() & CommandSpec.READ) == 0
                && !HARMLESS.contains(command.name());
    }
}
