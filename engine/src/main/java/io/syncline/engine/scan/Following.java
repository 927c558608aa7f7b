package io.syncline.engine.scan;

import io.syncline.engine.source.FeedWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;

/// What a scan does after its snapshot, until it is stopped: reads again what it is told of, and
/// compares everything now and then.
final class Following {
    /// With notifications a comparison only finds what they do not tell (FLUSHALL, lost messages).
    private static final int INTERVALS_WITH_NOTICES = 10;

    private static final int KEYS_AT_ONCE = 256;
    private static final long LOOK_MILLIS = 20;
    private static final long COUNT_NANOS = 1_000_000_000;

    /// A subscription that answers no ping for so long is opened anew.
    private static final long FENCE_NANOS = 10_000_000_000L;

    /// Notices may be on their way: fewer keys than known mean something only when seen twice.
    private static final int LOOKS_BEFORE_DOUBT = 2;

    private final ScanSettings settings;
    private final SourceLink source;
    private final Scan scan;
    private final Notifications notifications;
    private final FeedWriter stream;
    private final StateWriter out;
    private final Goal goal;
    private boolean due;
    private long nextNanos;
    private long countedNanos = System.nanoTime();
    private long usualSurplus;
    private int doubts;

    Following(
            ScanSettings settings,
            SourceLink source,
            Scan scan,
            Notifications notifications,
            FeedWriter stream,
            Goal goal) {
        this.settings = settings;
        this.source = source;
        this.scan = scan;
        this.notifications = notifications;
        this.stream = stream;
        this.out = new StateWriter(stream);
        this.goal = goal;
        due = scan.leftOut() || !notifications.isComplete();
        nextNanos = System.nanoTime() + settings.interval().toNanos() * INTERVALS_WITH_NOTICES;
    }

    void run() throws IOException {
        while (!source.isClosed()) {
            if (notifications.isLost()) {
                notifications.listen();
                due = true;
            }
            drain();
            boolean complete = notifications.isComplete();
            boolean late = System.nanoTime() >= nextNanos || goal.isWanted();
            if (due || (late && !complete)) {
                compare();
            } else if (goal.isWanted()) {
                settle();
            }
            goal.known(stream.offset());
            look();
            rest();
        }
    }

    /// Reads what waits now, and leaves what comes meanwhile for the next time.
    private void drain() throws IOException {
        int left = notifications.waiting();
        while (left > 0) {
            List<ScannedKey> keys = notifications.take(Math.min(left, KEYS_AT_ONCE));
            if (keys.isEmpty()) {
                return;
            }
            scan.told(keys, out);
            goal.known(stream.offset());
            left -= keys.size();
        }
    }

    private void compare() throws IOException {
        boolean wanted = goal.isWanted();
        if (!notifications.isComplete()) {
            // Someone may have switched them on.
            notifications.listen();
        }
        boolean complete = notifications.isComplete();
        scan.compare(out, this::drain);
        due = false;
        long pause = settings.interval().toNanos() * (complete ? INTERVALS_WITH_NOTICES : 1);
        nextNanos = System.nanoTime() + pause;
        usualSurplus = Math.min(0, scan.surplus());
        doubts = 0;
        if (wanted && !complete) {
            goal.reach(stream.offset());
        }
    }

    /// Finds the offset behind every change up to now.
    private void settle() throws IOException {
        long fence = notifications.fence();
        long until = System.nanoTime() + FENCE_NANOS;
        while (!notifications.hasPassed(fence)) {
            if (source.isClosed() || notifications.isLost()) {
                return;
            }
            if (System.nanoTime() > until) {
                notifications.drop();
                return;
            }
            rest();
        }
        drain();
        goal.reach(stream.offset());
    }

    /// A flush of a database tells nobody: fewer keys than known are the only sign.
    private void look() throws IOException {
        notifications.keepAlive();
        long now = System.nanoTime();
        if (!notifications.isComplete() || now - countedNanos < COUNT_NANOS) {
            return;
        }
        countedNanos = now;
        if (now >= nextNanos) {
            due = true;
            return;
        }
        doubts = scan.surplus() + notifications.waiting() < usualSurplus ? doubts + 1 : 0;
        due |= doubts >= LOOKS_BEFORE_DOUBT;
    }

    private void rest() throws IOException {
        try {
            notifications.await(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the scan was interrupted");
        }
    }
}
