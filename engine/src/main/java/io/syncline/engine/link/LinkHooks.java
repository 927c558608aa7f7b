package io.syncline.engine.link;

import io.syncline.engine.verify.KeySample;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the owner of a link has a hand in while it runs.
///
/// @param sample where some of the keys that are written are remembered; null for nowhere
/// @param skips whether a refused command is left out although the options say stop; asked behind
///   its event, by a pipeline's own thread
/// @param copyAgain why everything is copied once more although the target has a position; empty:
///   it is not. Keys that the source no longer has are removed as after a gap
public record LinkHooks(
        @Nullable KeySample sample, Predicate<LinkEvent.Refused> skips, String copyAgain) {
    /// No hand in anything.
    public static final LinkHooks NONE = new LinkHooks(null, refused -> false);

    /// Goes on from the position that the target has.
    public LinkHooks(@Nullable KeySample sample, Predicate<LinkEvent.Refused> skips) {
        this(sample, skips, "");
    }
}
