package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
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
    private @Nullable Backoff outage;

    SnapshotPauses(Workshop shop) {
        this.shop = shop;
    }

    void succeeded() {
        broken = 0;
        outage = null;
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
