package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.List;

/// Whether a source keeps its data over a restart: what comes back empty counts as emptied.
final class Persistence {
    private static final String SAVE = "save";

    static final Check.Questions QUESTIONS =
            (node, plan) -> List.of(List.of("CONFIG", "GET", SAVE));

    private Persistence() {}

    static void judge(Node node, Plan plan, Verdict verdict) throws IOException {
        if (node.info().number("aof_enabled") == 1) {
            verdict.ok(node.address(), "the source keeps an append-only file");
            return;
        }
        String points = node.config(SAVE);
        if (points == null) {
            verdict.unknown(node, "whether the source saves its data", node.configRefusal(SAVE));
        } else if (points.isEmpty()) {
            verdict.warning(
                    node.address(),
                    ErrorCode.POSITION_LOST,
                    "the source keeps nothing on disk: if it is started again it is empty, and "
                            + (plan.bothWays()
                                    ? "the task stops and asks which side's data stand"
                                    : "then what came from it may be removed from the target"),
                    "CONFIG SET appendonly yes or CONFIG SET save '3600 1' at the source, or let"
                            + " nothing start it again by itself"
                            + (plan.bothWays() ? "" : "; --on-gap stop keeps the target's keys"));
        } else {
            verdict.ok(node.address(), "the source saves its data to disk (save " + points + ")");
        }
    }
}
