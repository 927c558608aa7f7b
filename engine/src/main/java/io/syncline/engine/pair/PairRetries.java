package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.RetryListener;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/// Turns retries into events and into what the status shows.
final class PairRetries implements RetryListener {
    /// Of a side that answers, but not to writes.
    static final String NO_WRITES = "the instance takes no writes";

    private final int shard;
    private final LinkEvent.Side side;
    private final Duration limit;
    private final Consumer<LinkEvent> events;
    private volatile String text = "";

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

    void connected() {
        text = "";
    }

    /// Says that a side is tried again.
    ///
    /// @param what became of it
    /// @return milliseconds to wait
    /// @throws SynclineException when it was tried for long enough
    long again(Backoff backoff, long now, String place, String what, IOException reason) {
        String words = Failure.words(reason);
        long delay = backoff.next(now);
        if (delay < 0) {
            throw new SynclineException(
                    ErrorCode.RETRY_EXHAUSTED,
                    place,
                    what + ": " + words,
                    "Bring it back and start the task again: it goes on where it stopped");
        }
        retrying(place, backoff.count(), backoff.elapsed(now), words);
        return delay;
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
