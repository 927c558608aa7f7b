package io.syncline.engine.command;

import io.syncline.engine.resp.CommandView;

/// How a command tells an expiry.
enum ExpiryUnit {
    NONE,
    /// Seconds from now.
    EX,
    /// Milliseconds from now.
    PX,
    /// Seconds of Unix time.
    EXAT,
    /// Milliseconds of Unix time.
    PXAT;

    private static final long MILLIS_PER_SECOND = 1000;

    boolean isRelative() {
        return this == EX || this == PX;
    }

    /// The moment in milliseconds of Unix time, at most `Long.MAX_VALUE`.
    long moment(long value, long arrivalMillis, long extensionMillis) {
        boolean seconds = this == EX || this == EXAT;
        long moment = value;
        if (seconds) {
            moment =
                    value > Long.MAX_VALUE / MILLIS_PER_SECOND
                            ? Long.MAX_VALUE
                            : Math.max(value, Long.MIN_VALUE / MILLIS_PER_SECOND)
                                    * MILLIS_PER_SECOND;
        }
        if (isRelative()) {
            moment = add(moment, arrivalMillis);
        }
        return add(moment, extensionMillis);
    }

    /// The sum of a number and one that is not negative, saturated.
    private static long add(long value, long more) {
        return value > Long.MAX_VALUE - more ? Long.MAX_VALUE : value + more;
    }

    /// The option that stands at an argument, or NONE.
    static ExpiryUnit at(CommandView view, int index) {
        return switch (view.lengths[index]) {
            case 2 -> view.isWord(index, "EX") ? EX : view.isWord(index, "PX") ? PX : NONE;
            case 4 -> view.isWord(index, "PXAT") ? PXAT : view.isWord(index, "EXAT") ? EXAT : NONE;
            default -> NONE;
        };
    }
}
