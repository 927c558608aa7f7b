package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.model.Task.Topology;
import io.syncline.server.settings.Setting;
import java.util.Arrays;
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

    /// What may be chosen of a setting, in words; empty for one that is typed.
    public static Map<String, String> choices(Setting setting, Topology topology) {
        Map<String, String> choices = new LinkedHashMap<>();
        if (setting == Setting.ON_FLUSH) {
            choices.put("apply", t("do-the-same-at-the"));
            choices.put("ignore", t("leave-the-target-as-it"));
            choices.put("stop", t("stop-the-task-and-ask"));
        } else if (setting == Setting.ON_REFUSED) {
            choices.put("stop", t("stop-the-task-and-ask"));
            if (topology == Topology.ONE_WAY) {
                choices.put("skip", t("leave-it-out-and-record"));
            }
        } else if (setting == Setting.ON_GAP) {
            choices.put("resync", t("copy-everything-again"));
            choices.put("stop", t("stop-the-task-and-ask"));
        }
        return choices;
    }

    /// The same for the task that a form is about.
    public static Map<String, String> choices(String key, Form form) {
        return Arrays.stream(Setting.values())
                .filter(each -> each.key().equals(key))
                .findFirst()
                .map(each -> choices(each, TaskDraft.topology(form)))
                .orElse(Map.of());
    }

    public static Map<String, String> classes() {
        return TaskDraft.classes();
    }
}
