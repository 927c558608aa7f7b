package io.syncline.server.task;

import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.VerifyFields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is verified again and again, as lines of a task's YAML file, `verify-schedule: every 6h`:
/// only the service reads them.
final class PlanLines {
    static final String PREFIX = "verify-";
    private static final String SCHEDULE = PREFIX + "schedule";
    private static final String PERCENT = PREFIX + "incremental-percent";
    private static final String RATE = PREFIX + "incremental-rate";

    /// Then an option of the scheduled runs, as on the command line.
    private static final String OPTION = PREFIX + "option-";

    private PlanLines() {}

    /// What differs from no plan.
    static Map<String, String> of(VerificationPlan plan) {
        Map<String, String> lines = new LinkedHashMap<>();
        if (!plan.schedule().isEmpty()) {
            lines.put(SCHEDULE, plan.schedule());
        }
        if (plan.incrementalPercent() > 0) {
            lines.put(PERCENT, Double.toString(plan.incrementalPercent()));
        }
        if (plan.incrementalRate() != VerificationPlan.USUAL_RATE) {
            lines.put(RATE, Integer.toString(plan.incrementalRate()));
        }
        new TreeMap<>(plan.options()).forEach((key, value) -> lines.put(OPTION + key, value));
        return lines;
    }

    /// The plan of a file; null where it has none.
    static @Nullable VerificationPlan read(Map<String, String> lines) {
        Map<String, String> mine = new TreeMap<>(lines);
        mine.keySet().removeIf(key -> !key.startsWith(PREFIX));
        if (mine.isEmpty()) {
            return null;
        }
        Map<String, String> options = new TreeMap<>();
        for (Setting setting : VerifyFields.KNOWN) {
            String value = mine.remove(OPTION + setting.key());
            if (value != null) {
                options.put(setting.key(), value);
            }
        }
        String schedule = taken(mine, SCHEDULE, "");
        String percent = taken(mine, PERCENT, "0");
        String rate = taken(mine, RATE, Integer.toString(VerificationPlan.USUAL_RATE));
        if (!mine.isEmpty()) {
            throw Problem.badRequest(
                    Names.shown(mine.keySet().iterator().next()),
                    "a plan of verifications has no such line",
                    "Known: "
                            + String.join(", ", SCHEDULE, PERCENT, RATE)
                            + "; "
                            + OPTION
                            + "NAME, where NAME is an option of verify");
        }
        require(PERCENT, percent, "[0-9]{1,3}(\\.[0-9]{1,4})?");
        require(RATE, rate, "[0-9]{1,6}");
        return new VerificationPlan(
                schedule, options, Double.parseDouble(percent), Integer.parseInt(rate), 0);
    }

    private static String taken(Map<String, String> lines, String key, String missing) {
        String value = lines.remove(key);
        return value == null ? missing : value;
    }

    private static void require(String place, String text, String pattern) {
        if (!text.matches(pattern)) {
            throw Problem.badRequest(
                    place,
                    "'" + Names.shown(text) + "' is not a number that it takes",
                    "0 switches the incremental verification off");
        }
    }
}
