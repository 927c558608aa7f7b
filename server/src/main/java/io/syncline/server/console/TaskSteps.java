package io.syncline.server.console;

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

    public static Map<String, String> classes() {
        return TaskDraft.classes();
    }
}
