package io.syncline.server.task;

/// What is being tried again.
///
/// @param side `source`, `target` or `task`
/// @param place address
/// @param count failed tries so far
/// @param elapsedSeconds since the fault
/// @param limitSeconds after which the task fails
/// @param reason what went wrong
public record Retry(
        String side,
        String place,
        int count,
        long elapsedSeconds,
        long limitSeconds,
        String reason) {
    /// The side is named already: the engine's words for a check would name it again.
    public Retry {
        String away = "the " + side + " cannot be reached: ";
        reason = reason.startsWith(away) ? reason.substring(away.length()) : reason;
    }

    /// The same with a shorter limit, if it is shorter.
    Retry within(long seconds) {
        return seconds >= limitSeconds
                ? this
                : new Retry(side, place, count, elapsedSeconds, seconds, reason);
    }
}
