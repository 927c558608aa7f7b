package io.syncline.server.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What of a task is verified again and again.
///
/// @param schedule when, see [Schedule]; empty: never
/// @param options of those runs, by the names of the command line
/// @param incrementalPercent of the writes that the task makes, how many are verified soon after;
///   0: none
/// @param incrementalRate most keys a second that this looks at
/// @param sinceMillis when the schedule was set: the first time is counted from then
public record VerificationPlan(
        String schedule,
        Map<String, String> options,
        double incrementalPercent,
        int incrementalRate,
        long sinceMillis) {
    public static final int USUAL_RATE = 100;
    public static final VerificationPlan NONE =
            new VerificationPlan("", Map.of(), 0, USUAL_RATE, 0);

    /// Beyond it a whole run is the better way.
    private static final int MAX_RATE = 10_000;

    public VerificationPlan {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
        Schedule.parse(schedule);
        if (!(incrementalPercent >= 0 && incrementalPercent <= 100)) {
            throw Problem.badRequest(
                    "incrementalPercent",
                    incrementalPercent + " is not a percentage from 0 to 100",
                    "0 switches it off; 1 is usual");
        }
        if (incrementalRate < 1 || incrementalRate > MAX_RATE) {
            throw Problem.badRequest(
                    "incrementalRate",
                    incrementalRate + " is not from 1 to " + MAX_RATE,
                    "Keys a second; the usual value is " + USUAL_RATE);
        }
    }

    /// One of how many writes is looked at; 0: none.
    public int every() {
        return incrementalPercent == 0
                ? 0
                : (int) Math.max(1, Math.round(100 / incrementalPercent));
    }
}
