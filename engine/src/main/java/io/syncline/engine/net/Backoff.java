package io.syncline.engine.net;

import java.time.Duration;

/// When to try again after a fault, and until when. Pure: time is passed in.
///
/// Delays double from [#FIRST_MILLIS] to [#LONGEST_MILLIS]: a restart of a node is met within a
/// tenth of a second, an outage of an hour costs a connection every five seconds.
public final class Backoff {
    static final long FIRST_MILLIS = 100;
    static final long LONGEST_MILLIS = 5_000;

    private final long limitNanos;
    private final long sinceNanos;
    private int count;
    private long delayMillis = FIRST_MILLIS;

    /// @param limit how long to go on trying; zero: not at all
    /// @param sinceNanos when the fault began: now, or before, if it was found out late. It is
    ///   tried once more in any case: a peer that is silent may well take another connection
    public Backoff(Duration limit, long sinceNanos) {
        this.limitNanos = limit.toNanos();
        this.sinceNanos = sinceNanos;
    }

    /// Counts one failed try.
    ///
    /// @return milliseconds to wait before the next, or -1 when the time is up
    public long next(long nowNanos) {
        count++;
        long left = limitNanos - (nowNanos - sinceNanos);
        if (left <= 0 && (count > 1 || limitNanos == 0)) {
            return -1;
        }
        long delay = Math.min(delayMillis, Math.max(1, left / 1_000_000));
        delayMillis = Math.min(delayMillis * 2, LONGEST_MILLIS);
        return delay;
    }

    /// Tries so far.
    public int count() {
        return count;
    }

    public Duration elapsed(long nowNanos) {
        return Duration.ofNanos(nowNanos - sinceNanos);
    }
}
