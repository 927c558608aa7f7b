package io.syncline.engine.link;

import io.syncline.engine.source.Feed;
import io.syncline.engine.target.RewindException;

/// Knows when a stream is behind its source, and when it is level again: behind a snapshot, after
/// an outage of either side, or when the target is slow. What is applied meanwhile is old news.
final class CatchUp {
    /// A stream that waits here for so long is behind.
    private static final long LATE_MILLIS = 1_000;

    /// A release that takes longer has waited for the target.
    private static final long RELEASE_MILLIS = 5_000;

    private final Workshop shop;
    private final Feed feed;
    private final ExpiryRelease release;
    private int continuations;
    private boolean rested;

    /// When keys were released last, by our clock.
    private long releasedMillis;

    /// The stream begins: the source was just asked how far it is.
    ///
    /// @param offset where it begins
    CatchUp(Workshop shop, Feed feed, long offset) {
        this.shop = shop;
        this.feed = feed;
        this.release = new ExpiryRelease(shop);
        this.continuations = feed.continuations();
        shop.held().begin();
        shop.held().stream(offset);
    }

    /// A command comes. Bytes of an earlier connection are all taken before one of the next is
    /// waited for, so it is enough to look behind each rest.
    void takes() {
        if (rested) {
            rested = false;
            if (feed.continuations() != continuations) {
                continuations = feed.continuations();
                fallsBehind();
            }
        }
    }

    /// Looks now and then.
    ///
    /// @param arrivedMillis when the present command arrived, by our clock
    void look(long arrivedMillis) {
        // What came while keys were released has waited for that alone; if it counted, the next
        // ones would be held, and so on without an end where each release takes long.
        long since = Math.max(arrivedMillis, releasedMillis);
        if (!shop.held().isBehind() && System.currentTimeMillis() - since > LATE_MILLIS) {
            fallsBehind();
        }
    }

    private void fallsBehind() {
        shop.held().begin();
        if (shop.held().isBehind()) {
            shop.monitor().askForGoal();
        }
    }

    /// Nothing is left to read. Keys are released while nothing is on its way to the target, which
    /// could say more about them.
    ///
    /// @param applied the place up to which the target has everything
    /// @return whether the target is level, with nothing held any more
    boolean rests(long applied) throws RewindException {
        rested = true;
        HeldExpiries held = shop.held();
        if (held.isBehind()) {
            long goal = shop.monitor().goal();
            if (goal < 0 || applied < goal) {
                return false;
            }
            held.end();
        }
        if (held.isEmpty()) {
            return true;
        }
        long before = System.currentTimeMillis();
        shop.writer().drain();
        boolean none = release.some();
        long now = System.currentTimeMillis();
        if (now - before < RELEASE_MILLIS) {
            releasedMillis = now;
        }
        return none;
    }
}
