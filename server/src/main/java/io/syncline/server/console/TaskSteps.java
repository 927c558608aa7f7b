package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the wizard's templates know of its steps.
public final class TaskSteps {
    public static final List<String> INSTANCES = TaskDraft.INSTANCES;

    private TaskSteps() {}

    /// Every field that is not of this step: it is carried along unseen.
    public static List<String> without(List<String> step) {
        return TaskDraft.ALL.stream().filter(name -> !step.contains(name)).toList();
    }

    public static Map<String, String> guards() {
        Map<String, String> guards = new LinkedHashMap<>();
        guards.put("always", t("all-keys-of-two-writes"));
        guards.put("contended", t("keys-that-both-sides-write"));
        guards.put("never", t("none-fastest-the-later-one"));
        return guards;
    }

    public static Map<String, String> classes() {
        return TaskDraft.classes();
    }
}
