package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.api.DirectionView;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Task;
import io.syncline.server.settings.Setting;
import io.syncline.server.task.TaskSettings;
import io.syncline.server.view.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A task's settings in words, for the page that shows them.
final class SettingLines {
    private SettingLines() {}

    /// What is synchronized, and how; then what is watched.
    ///
    /// @param retryMinutes how long a lost connection is really tried again
    /// @param directions of a two-way task
    static Map<String, String> of(Task task, int retryMinutes, List<DirectionView> directions) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(t("synchronization-types"), types(task));
        lines.put(
                t("conflicting-keys"),
                value(task, Setting.ON_EXISTING).equals("overwrite")
                        ? t("ignore-errors-and-proceed")
                        : t("precheck-and-report-errors"));
        lines.put(t("databases"), value(task, Setting.DATABASES));
        lines.put(t("commands"), value(task, Setting.COMMANDS));
        if (!task.isTwoWay()) {
            String rules = value(task, Setting.ETL);
            lines.put(t("configure-etl"), rules.isEmpty() ? t("no") : rules.replace("\n", "; "));
        }
        lines.put(t("when-flushall-flushdb-or-swapdb"), choice(task, Setting.ON_FLUSH));
        lines.put(t("when-the-target-refuses-a"), choice(task, Setting.ON_REFUSED));
        lines.put(t("when-the-source-no-longer"), choice(task, Setting.ON_GAP));
        lines.put(t("retry-time"), retry(task, retryMinutes));
        if (task.isTwoWay()) {
            String guard = value(task, Setting.CONFLICT_GUARD);
            lines.put(t("for-which-keys-a-write"), TaskSteps.guards().getOrDefault(guard, guard));
            for (DirectionView it : directions) {
                lines.put(
                        t("throttle-direction", it.from(), it.to()),
                        ceilings(
                                task.settings().getOrDefault(it.name() + "-max-rps", "0"),
                                task.settings().getOrDefault(it.name() + "-max-mbps", "0")));
            }
        } else {
            lines.put(
                    t("instance-class"),
                    task.settings().getOrDefault(TaskSettings.CLASS, "unlimited"));
            lines.put(
                    t("throttle"),
                    ceilings(value(task, Setting.MAX_RPS), value(task, Setting.MAX_MBPS)));
            lines.put(
                    t("extend-expiration-time"),
                    t("some-seconds", value(task, Setting.EXTEND_EXPIRY)));
        }
        lines.put(t("alerts"), alerts(task.alerts()));
        return lines;
    }

    private static String ceilings(String rps, String mbps) {
        return limit(rps, t("unit-writes-s")) + ", " + limit(mbps, t("unit-mb-s"));
    }

    /// What was chosen, in the words of the form that it was chosen in.
    private static String choice(Task task, Setting setting) {
        String value = value(task, setting);
        return TaskSteps.choices(setting, task.topology()).getOrDefault(value, value);
    }

    private static String retry(Task task, int retryMinutes) {
        String own = value(task, Setting.RETRY_MINUTES);
        int other = TaskSettings.retryOtherMinutes(task.settings());
        return own.equals(Integer.toString(retryMinutes))
                ? t("retry-minutes-line", own, other)
                : t("retry-minutes-held", own, retryMinutes, other);
    }

    private static String value(Task task, Setting setting) {
        return task.settings().getOrDefault(setting.key(), setting.initial());
    }

    private static String types(Task task) {
        boolean full = value(task, Setting.SNAPSHOT_ONLY).equals("true");
        boolean level = value(task, Setting.UNTIL_CAUGHT_UP).equals("true");
        return full
                ? t("full-only")
                : level ? t("full-then-until-level") : t("full-then-incremental");
    }

    private static String limit(String value, String unit) {
        return value.equals("0") ? t("no-limit-of", unit) : value + " " + unit;
    }

    /// The rules that are on.
    static String alerts(AlertRules rules) {
        List<String> on = new ArrayList<>();
        if (rules.lagSeconds() > 0) {
            on.add(
                    t(
                            "rule-lag",
                            Numbers.seconds(rules.lagSeconds()),
                            Numbers.seconds(rules.lagForSeconds())));
        }
        if (rules.stateChanges()) {
            on.add(t("rule-state"));
        }
        if (rules.fullSyncHours() > 0) {
            on.add(t("rule-full-sync", rules.fullSyncHours()));
        }
        if (rules.spoolPercent() > 0) {
            on.add(t("rule-spool", rules.spoolPercent()));
        }
        if (rules.memoryPercent() > 0) {
            on.add(t("rule-memory", rules.memoryPercent()));
        }
        if (rules.verificationDifferences() > 0) {
            on.add(t("rule-verification", rules.verificationDifferences()));
        }
        return on.isEmpty() ? t("none") : String.join("; ", on);
    }
}
