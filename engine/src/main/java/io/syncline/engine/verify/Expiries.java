package io.syncline.engine.verify;

import io.syncline.engine.verify.Answer.Failed;

/// When keys expire, as absolute time of the server, and when two of these count as the same.
///
/// @param toleranceMillis servers before 7.0 tell only what is left, to the accuracy of a look
/// @param extendMillis what a task with `--extend-expiry` adds to every expiry at the target
record Expiries(long toleranceMillis, long extendMillis) {
    /// PEXPIRETIME and PTTL of a key that never expires.
    static final long NEVER = -1;

    /// PEXPIRETIME and PTTL of a key that is not there.
    static final long NO_KEY = -2;

    Expiries {
        if (toleranceMillis < 0 || extendMillis < 0) {
            throw new IllegalArgumentException(
                    "tolerance and extension must not be negative but are "
                            + toleranceMillis
                            + " and "
                            + extendMillis);
        }
    }

    /// Whether both expire at the same time, or the target as much later as the task makes it.
    boolean same(long source, long target) {
        if (source < 0 || target < 0) {
            return source == target;
        }
        return near(source, target) || near(source + extendMillis, target);
    }

    /// How two that are not the same differ, in words.
    static String difference(long source, long target) {
        if (source < 0 || target < 0) {
            return "only the " + (source < 0 ? "target" : "source") + "'s expires";
        }
        long millis = target - source;
        return "the target's expires "
                + Math.abs(millis)
                + " ms "
                + (millis < 0 ? "earlier" : "later");
    }

    private boolean near(long one, long other) {
        return Math.abs(one - other) <= toleranceMillis;
    }

    /// Milliseconds since 1970, or one of the constants.
    ///
    /// @param answer of PEXPIRETIME, or of PTTL with `nowMillis` as the server's clock
    /// @param nowMillis 0 for an absolute answer
    static long of(Answer answer, long nowMillis) {
        long value = Answer.number(answer);
        if (answer instanceof Failed) {
            return NO_KEY;
        }
        return value < 0 ? value : nowMillis + value;
    }

    /// The server's clock, of TIME's answer.
    static long clock(Answer time) {
        Answer[] parts = Answer.items(time);
        return parts.length < 2
                ? 0
                : Answer.number(parts[0]) * 1_000 + Answer.number(parts[1]) / 1_000;
    }
}
