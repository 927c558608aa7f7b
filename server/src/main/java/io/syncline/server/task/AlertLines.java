package io.syncline.server.task;

import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/// Alert rules as lines of a task's YAML file, `alert-lag-seconds: 30`: only the service reads
/// them.
final class AlertLines {
    static final String PREFIX = "alert-";

    private static final String NUMBER = "[0-9]{1,8}";

    private AlertLines() {}

    /// What differs from the usual rules.
    static Map<String, String> of(AlertRules rules) {
        Map<String, String> lines = all(rules);
        lines.entrySet().removeAll(all(AlertRules.USUAL).entrySet());
        return lines;
    }

    private static Map<String, String> all(AlertRules rules) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(PREFIX + "lag-seconds", Integer.toString(rules.lagSeconds()));
        lines.put(PREFIX + "lag-for-seconds", Integer.toString(rules.lagForSeconds()));
        lines.put(PREFIX + "state-changes", Boolean.toString(rules.stateChanges()));
        lines.put(PREFIX + "full-sync-hours", Integer.toString(rules.fullSyncHours()));
        lines.put(PREFIX + "spool-percent", Integer.toString(rules.spoolPercent()));
        lines.put(PREFIX + "memory-percent", Integer.toString(rules.memoryPercent()));
        lines.put(
                PREFIX + "verification-differences",
                Integer.toString(rules.verificationDifferences()));
        lines.put(PREFIX + "silence-minutes", Integer.toString(rules.silenceMinutes()));
        return lines;
    }

    /// Rules from the lines of a file; what has no line is as usual.
    static AlertRules read(Map<String, String> lines) {
        Map<String, String> all = all(AlertRules.USUAL);
        lines.forEach((key, value) -> {
            if (key.startsWith(PREFIX) && all.replace(key, value) == null) {
                throw Problem.badRequest(
                        Names.shown(key),
                        "there is no such alert rule",
                        "Known: " + String.join(", ", all.keySet()));
            }
        });
        return new AlertRules(
                number(all, "lag-seconds"),
                number(all, "lag-for-seconds"),
                truth(all, "state-changes"),
                number(all, "full-sync-hours"),
                number(all, "spool-percent"),
                number(all, "memory-percent"),
                number(all, "verification-differences"),
                number(all, "silence-minutes"));
    }

    private static int number(Map<String, String> all, String rule) {
        String text = all.getOrDefault(PREFIX + rule, "");
        if (!text.matches(NUMBER)) {
            throw Problem.badRequest(
                    PREFIX + rule,
                    "'" + Names.shown(text) + "' is not a whole number",
                    "0 switches the rule off");
        }
        return Integer.parseInt(text);
    }

    private static boolean truth(Map<String, String> all, String rule) {
        String text = all.getOrDefault(PREFIX + rule, "");
        if (!text.equals("true") && !text.equals("false")) {
            throw Problem.badRequest(
                    PREFIX + rule,
                    "'" + Names.shown(text) + "' is neither true nor false",
                    "Write true or false");
        }
        return text.equals("true");
    }
}
