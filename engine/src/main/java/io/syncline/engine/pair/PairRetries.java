package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.net.RetryListener;
import java.time.Duration;
import java.util.function.Consumer;

/// Turns retries into events and into what the status shows.
final class PairRetries implements RetryListener {
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
