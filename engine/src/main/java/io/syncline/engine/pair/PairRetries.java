package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.net.RetryListener;
import java.time.Duration;
import java.util.function.Consumer;

/// Turns retries into events and into what the status shows.
final class PairRetries implements RetryListener {
    private final int site;
    private final Duration limit;
    private final Consumer<LinkEvent> events;
    private volatile String text = "";

    /// @param limit how long is tried
    PairRetries(int site, Duration limit, Consumer<LinkEvent> events) {
        this.site = site;
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
        events.accept(new LinkEvent.Retrying(site, side(), place, count, elapsed, limit, reason));
    }

    private LinkEvent.Side side() {
        return site == 0 ? LinkEvent.Side.SOURCE : LinkEvent.Side.TARGET;
    }

    @Override
    public void recovered(String place, Duration away) {
        text = "";
        events.accept(new LinkEvent.Recovered(site, side(), place, away));
    }
}
