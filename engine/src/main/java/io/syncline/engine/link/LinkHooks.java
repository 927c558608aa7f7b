package io.syncline.engine.link;

import io.syncline.engine.verify.KeySample;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the owner of a link has a hand in while it runs.
///
/// @param sample where some of the keys that are written are remembered; null for nowhere
/// @param skips whether a refused command is left out although the options say stop; asked behind
///   its event, by a pipeline's own thread
public record LinkHooks(@Nullable KeySample sample, Predicate<LinkEvent.Refused> skips) {
    /// No hand in anything.
    public static final LinkHooks NONE = new LinkHooks(null, refused -> false);
}
