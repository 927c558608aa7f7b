package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.net.RetryRemedy;
import io.syncline.engine.resp.ErrorKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns retries into events and into what the status shows.
final class PairRetries implements RetryListener {
    /// Of a side that answers, but not to writes.
    private static final String NO_WRITES = "the instance takes no writes";

    private static final String RIGHTS =
            "Give the account read and write rights on all keys, and the commands WATCH, MULTI, EXEC,"
                    + " DUMP, RESTORE, PTTL, INFO, TIME, PSYNC and REPLCONF, on both sides";

    /// Behind a new connection, a right that is still missing is met again within this.
    private static final long CALM_NANOS = 2_000_000_000;

    private final int shard;
    private final LinkEvent.Side side;
    private final Duration limit;
    private final Consumer<LinkEvent> events;
    private volatile String text = "";

    private @Nullable Backoff backoff;
    private boolean ofRights;
    private String failedAt = "";
    private long calmNanos;
    private long transactions;

    /// @param limit how long is tried
    PairRetries(int shard, LinkEvent.Side side, Duration limit, Consumer<LinkEvent> events) {
        this.shard = shard;
        this.side = side;
        this.limit = limit;
        this.events = events;
    }

    String text() {
        return text;
    }

    /// Says that a side is tried again.
    ///
    /// @return milliseconds to wait
    /// @throws SynclineException when it was tried for long enough
    long again(String place, IOException reason) {
        long now = System.nanoTime();
        Backoff present = backoff;
        if (present == null) {
            present = new Backoff(limit, now);
            backoff = present;
        }
        failedAt = place;
        ofRights = reason instanceof RightsException;
        long delay = again(present, now, place, NO_WRITES, reason);
        calmNanos = now + TimeUnit.MILLISECONDS.toNanos(delay) + CALM_NANOS;
        return delay;
    }

    /// The side takes a connection, which says nothing of rights.
    void connected() {
        if (!ofRights) {
            over();
        }
    }

    /// When transactions succeed again, the next fault starts from the shortest wait. Where a right
    /// is missing, others succeed before it is met again.
    ///
    /// @param done transactions that took effect since the run began
    void succeeded(long done) {
        if (done == transactions || (ofRights && System.nanoTime() - calmNanos < 0)) {
            return;
        }
        transactions = done;
        over();
        ofRights = false;
        backoff = null;
    }

    private void over() {
        Backoff present = backoff;
        if (present != null && !failedAt.isEmpty()) {
            recovered(failedAt, present.elapsed(System.nanoTime()));
            failedAt = "";
        }
    }

    /// The same, by tries that are counted elsewhere.
    ///
    /// @param what became of it
    long again(Backoff backoff, long now, String place, String what, IOException reason) {
        String words = Failure.words(reason);
        long delay = backoff.next(now);
        if (delay < 0) {
            throw new SynclineException(code(words), place, what + ": " + words, remedy(words));
        }
        retrying(place, backoff.count(), backoff.elapsed(now), words);
        return delay;
    }

    private static ErrorCode code(String words) {
        return switch (RetryRemedy.kind(words)) {
            case NOPERM -> ErrorCode.NOT_PERMITTED;
            case NOAUTH, WRONGPASS, DENIED -> ErrorCode.NOT_AUTHENTICATED;
            default -> ErrorCode.RETRY_EXHAUSTED;
        };
    }

    private String remedy(String words) {
        boolean rights = RetryRemedy.kind(words) == ErrorKind.NOPERM;
        String where = "the " + side.name().toLowerCase(Locale.ROOT);
        return (rights ? RIGHTS : RetryRemedy.of(where, words))
                + "; then start the task again: it goes on where it stopped";
    }

    @Override
    public void retrying(String place, int count, Duration elapsed, String reason) {
        text = place + ": " + reason + " ";
        events.accept(new LinkEvent.Retrying(shard, side, place, count, elapsed, limit, reason));
    }

    @Override
    public void recovered(String place, Duration away) {
        text = "";
        events.accept(new LinkEvent.Recovered(shard, side, place, away));
    }
}
