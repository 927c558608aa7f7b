package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.List;

/// Whether programs may listen to what happens to keys at the target: a task's writes look to them
/// like a user's.
final class Notifications {
    private static final String SETTING = "notify-keyspace-events";

    static final Check.Questions QUESTIONS =
            (node, plan) -> List.of(List.of("CONFIG", "GET", SETTING));

    private Notifications() {}

    static void judge(Node node, Plan plan, Verdict verdict) throws IOException {
        String events = node.config(SETTING);
        if (events == null) {
            verdict.unknown(node, SETTING, node.configRefusal(SETTING));
        } else if (events.isEmpty()) {
            verdict.ok(node.address(), "the target tells nobody of its keys' changes");
        } else {
            verdict.warning(
                    node.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    SETTING
                            + " is "
                            + events
                            + ": whoever listens at the target is told of each write of the task, and"
                            + " of a key that expires at both sides",
                    "CONFIG SET notify-keyspace-events '' at the target, unless that is wanted");
        }
    }
}
