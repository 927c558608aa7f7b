package io.syncline.engine.link;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Snapshots that broke in a row are tried again ever more slowly: each one forks the source.
/// Belongs to the applier.
final class SnapshotPauses {
    private static final long FIRST_MILLIS = 1_000;
    private static final long LIMIT_MILLIS = 60_000;
    private static final int MOST_DOUBLINGS = 6;

    private final Workshop shop;
    private int broken;

    SnapshotPauses(Workshop shop) {
        this.shop = shop;
    }

    void succeeded() {
        broken = 0;
    }

    /// Waits before the next one, unless the link stops.
    void await() {
        long millis = Math.min(LIMIT_MILLIS, FIRST_MILLIS << Math.min(broken++, MOST_DOUBLINGS));
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!shop.isStopping() && System.nanoTime() < until) {
            LockSupport.parkNanos(this, until - System.nanoTime());
        }
    }
}
