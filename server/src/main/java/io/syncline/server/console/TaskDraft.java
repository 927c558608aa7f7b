package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Task;
import io.syncline.server.model.Task.Topology;
import io.syncline.server.settings.Setting;
import io.syncline.server.task.InstanceClass;
import io.syncline.server.task.TaskSettings;
import io.syncline.server.view.Numbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The wizard's fields, and what a task is made of them.
final class TaskDraft {
    static final List<String> INSTANCES = List.of("name", "source", "target", "topology");
    static final List<String> OBJECTS =
            List.of("sync", "on-existing", "databases", "commands", "on-flush");
    static final List<String> SETTINGS =
            List.of(
                    "stateChanges",
                    "lagSeconds",
                    "lagForSeconds",
                    "fullSyncHours",
                    "spoolPercent",
                    "memoryPercent",
                    "verificationDifferences",
                    "silenceMinutes",
                    "retry-minutes",
                    "retry-other-minutes",
                    "extend-expiry",
                    "on-refused",
                    "on-gap",
                    "max-rps",
                    "max-mbps",
                    "instance-class",
                    "etl",
                    "conflict-guard");
    static final List<String> ALL =
            Stream.of(INSTANCES, OBJECTS, SETTINGS).flatMap(List::stream).toList();

    private static final List<String> PLAIN =
            Stream.concat(OBJECTS.stream(), SETTINGS.stream())
                    .filter(name -> name.contains("-") || name.matches("databases|commands|etl"))
                    .toList();

    private TaskDraft() {}

    /// A task's settings as the form says, over those that the form does not show.
    static Map<String, String> settings(Topology topology, Form form, Map<String, String> before) {
        Map<String, String> settings = new TreeMap<>(before);
        for (String name : PLAIN) {
            if (form.has(name) && isKnown(topology, name)) {
                settings.put(name, form.value(name));
            }
        }
        if (form.has("sync") && topology == Topology.ONE_WAY) {
            settings.put(Setting.SNAPSHOT_ONLY.key(), Boolean.toString(is(form, "full")));
            settings.put(Setting.UNTIL_CAUGHT_UP.key(), Boolean.toString(is(form, "caught-up")));
        }
        return settings;
    }

    /// Ceilings and the like mean nothing between two sides that are alike.
    private static boolean isKnown(Topology topology, String name) {
        Setting setting = Setting.ofKey(name);
        return setting == null
                ? topology == Topology.ONE_WAY || !name.equals(TaskSettings.CLASS)
                : TaskSettings.known(topology).contains(setting);
    }

    static Topology topology(Form form) {
        return form.value("topology").equals(Topology.TWO_WAY.code())
                ? Topology.TWO_WAY
                : Topology.ONE_WAY;
    }

    private static boolean is(Form form, String sync) {
        return form.value("sync").equals(sync);
    }

    /// The rules as the form says; of what it does not say, as before.
    static AlertRules alerts(Form form, AlertRules before) {
        if (!form.has("fullSyncHours")) {
            return before;
        }
        return new AlertRules(
                number(form, "lagSeconds", before.lagSeconds()),
                number(form, "lagForSeconds", before.lagForSeconds()),
                form.isOn("stateChanges"),
                number(form, "fullSyncHours", before.fullSyncHours()),
                number(form, "spoolPercent", before.spoolPercent()),
                number(form, "memoryPercent", before.memoryPercent()),
                number(form, "verificationDifferences", before.verificationDifferences()),
                number(form, "silenceMinutes", before.silenceMinutes()));
    }

    private static int number(Form form, String name, int missing) {
        String text = form.value(name);
        if (text.isEmpty()) {
            return missing;
        }
        if (!text.matches("[0-9]{1,6}")) {
            throw Problem.badRequest(
                    name, t("is-not-a-whole-number", text), t("0-switches-the-rule-off"));
        }
        return Integer.parseInt(text);
    }

    /// A task as the form shows it.
    static Form of(Task task) {
        Form form = Form.empty();
        Map<String, String> settings = task.settings();
        for (String name : PLAIN) {
            String value = settings.get(name);
            if (value != null) {
                form.put(name, value);
            }
        }
        boolean full = "true".equals(settings.get(Setting.SNAPSHOT_ONLY.key()));
        boolean caughtUp = "true".equals(settings.get(Setting.UNTIL_CAUGHT_UP.key()));
        form.put("sync", full ? "full" : caughtUp ? "caught-up" : "both");
        AlertRules rules = task.alerts();
        return form.put("name", task.name())
                .put("topology", task.topology().code())
                .put("lagSeconds", Integer.toString(rules.lagSeconds()))
                .put("lagForSeconds", Integer.toString(rules.lagForSeconds()))
                .put("stateChanges", Boolean.toString(rules.stateChanges()))
                .put("fullSyncHours", Integer.toString(rules.fullSyncHours()))
                .put("spoolPercent", Integer.toString(rules.spoolPercent()))
                .put("memoryPercent", Integer.toString(rules.memoryPercent()))
                .put("verificationDifferences", Integer.toString(rules.verificationDifferences()))
                .put("silenceMinutes", Integer.toString(rules.silenceMinutes()));
    }

    /// `small` as `small: at most 2,000 writes/s`.
    static Map<String, String> classes() {
        Map<String, String> classes = new LinkedHashMap<>();
        for (InstanceClass each : InstanceClass.values()) {
            classes.put(
                    each.code(),
                    each.commandsPerSecond() == 0
                            ? each.code()
                            : each.code()
                                    + ": at most "
                                    + Numbers.count(each.commandsPerSecond())
                                    + " writes/s");
        }
        return classes;
    }

    static String usual(String key) {
        if (key.equals(TaskSettings.RETRY_OTHER)) {
            return "10";
        }
        Setting setting = Setting.ofKey(key);
        return setting == null ? "" : setting.initial();
    }
}
