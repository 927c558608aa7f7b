package io.syncline.server.model;

/// When to raise an alert about a task. A zero switches a rule off.
///
/// @param lagSeconds lag that is too much
/// @param lagForSeconds for how long it must last
/// @param stateChanges whether Failed and Retrying are told
/// @param fullSyncHours how long a full synchronization may take
/// @param spoolPercent of the spool's limit that is too near
/// @param memoryPercent of the service's memory that is too near its limit
/// @param verificationDifferences how many keys a verification may find different
/// @param silenceMinutes within which the same alert is not told again
public record AlertRules(
        int lagSeconds,
        int lagForSeconds,
        boolean stateChanges,
        int fullSyncHours,
        int spoolPercent,
        int memoryPercent,
        int verificationDifferences,
        int silenceMinutes) {
    /// Only the full synchronization's time limit is on, as users of such services know it, and
    /// what a verification finds, since nobody asks for one not to be told.
    public static final AlertRules USUAL = new AlertRules(0, 60, false, 24, 0, 0, 1, 30);

    private static final int DAY_SECONDS = 86_400;

    public AlertRules {
        within("alerts.lagSeconds", lagSeconds, 0, DAY_SECONDS);
        within("alerts.lagForSeconds", lagForSeconds, 0, DAY_SECONDS);
        within("alerts.fullSyncHours", fullSyncHours, 0, 24 * 365);
        within("alerts.spoolPercent", spoolPercent, 0, 100);
        within("alerts.memoryPercent", memoryPercent, 0, 100);
        within("alerts.verificationDifferences", verificationDifferences, 0, 1_000_000);
        within("alerts.silenceMinutes", silenceMinutes, 0, 24 * 60);
    }

    private static void within(String place, int value, int least, int most) {
        if (value < least || value > most) {
            throw Problem.badRequest(
                    place,
                    value + " is not a whole number from " + least + " to " + most,
                    "0 switches the rule off");
        }
    }
}
