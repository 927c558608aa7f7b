package io.syncline.engine.link;

import io.syncline.engine.source.Feed;
import io.syncline.engine.source.Position;
import io.syncline.engine.target.Place;
import org.jspecify.annotations.Nullable;

/// Judges a promoted replica that has not all that came from its former primary. A primary that is
/// replaced in order goes on for seconds, and so do pings and heartbeats, while nobody writes any
/// more: nothing is lost then, and nothing has to be copied again.
final class Parting {
    private Parting() {}

    /// Where to go on once all of a feed is in the target.
    ///
    /// @param feed which has ended
    /// @param at where its stream ended
    /// @return where the histories part, if the target has nothing from behind that; else, of a
    ///   feed that ended for this, the place that the source will not know; null for other feeds
    static @Nullable Position of(Workshop shop, Feed feed, Place at) {
        if (feed.ending() != Feed.Ending.BEHIND) {
            return null;
        }
        long shared = feed.sharedOffset();
        if (shared < at.quietFrom) {
            return new Position(at.replicationId, at.offset, at.database);
        }
        shop.event(
                new LinkEvent.Warned(
                        shop.place(),
                        "the promoted primary never had the last "
                                + (at.offset - shared)
                                + " bytes of the former one's stream; nothing was changed in them, so"
                                + " nothing is lost",
                        ""));
        shop.progress().appliedOffset = shared;
        return new Position(at.replicationId, shared, at.database);
    }
}
