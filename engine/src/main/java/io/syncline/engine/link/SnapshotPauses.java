package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Snapshots that broke in a row are tried again ever more slowly, since each one forks the source,
/// and no longer than the retry time. Belongs to the applier.
final class SnapshotPauses {
    private static final long FIRST_MILLIS = 1_000;
    private static final long LIMIT_MILLIS = 60_000;
    private static final int MOST_DOUBLINGS = 6;

    private final Workshop shop;
    private int broken;

    /// Snapshots that had to be taken again although they were whole, in a row.
    private int repeats;

    private long firstRepeat;
    private long streaming;
    private @Nullable Backoff outage;

    SnapshotPauses(Workshop shop) {
        this.shop = shop;
    }

    void succeeded() {
        broken = 0;
        outage = null;
    }

    /// The stream behind one is followed from now on.
    void streams() {
        streaming = System.nanoTime();
    }

    /// A snapshot was whole, and what followed it says that another one is needed: waits before
    /// that one, ever longer, and no longer than the retry time since the first of these in a row.
    void repeat(String why) {
        long now = System.nanoTime();
        if (repeats == 0 || now - streaming > TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS)) {
            repeats = 0;
            firstRepeat = now;
        }
        Duration retry = shop.options().retry();
        if (repeats > 0 && now - firstRepeat > retry.toNanos()) {
            throw new SynclineException(
                    ErrorCode.RETRY_EXHAUSTED,
                    shop.place(),
                    why
                            + ", and so it was behind all "
                            + repeats
                            + " copies in the retry time of "
                            + retry.toMinutes()
                            + " min",
                    "Pause the rebalancing of the source until all shards are copied; then start"
                            + " the task again");
        }
        broken = repeats++;
        await();
    }

    /// Waits before the next one, unless the link stops.
    void await() {
        long millis = Math.min(LIMIT_MILLIS, FIRST_MILLIS << Math.min(broken++, MOST_DOUBLINGS));
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!shop.isStopping() && System.nanoTime() < until) {
            LockSupport.parkNanos(this, until - System.nanoTime());
        }
    }

    /// The same behind a fault of the source's.
    ///
    /// @throws SynclineException when the retry time is over since the first one
    void await(Failure why) {
        long now = System.nanoTime();
        Backoff present = outage == null ? new Backoff(shop.options().retry(), now) : outage;
        outage = present;
        if (present.next(now) < 0) {
            boolean tried = !shop.options().retry().isZero();
            throw new SynclineException(
                    tried ? ErrorCode.RETRY_EXHAUSTED : ErrorCode.UNREACHABLE,
                    why.place(),
                    why.reason()
                            + (tried
                                    ? ", and so did all "
                                            + present.count()
                                            + " tries in the retry time of "
                                            + shop.options().retry().toMinutes()
                                            + " min"
                                    : ""),
                    why.remedy() + "; then start the task again: it copies everything anew");
        }
        await();
    }
}
