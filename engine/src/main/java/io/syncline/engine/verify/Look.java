package io.syncline.engine.verify;

import io.syncline.engine.verify.Digest.Sum;
import org.jspecify.annotations.Nullable;

/// What one thorough look at a key found.
///
/// @param difference null when both sides are equal
/// @param source as the source was
/// @param target as the target was
record Look(@Nullable Difference difference, State source, State target) {
    /// A key at one side at one moment.
    ///
    /// @param expiry when it expires, see [Expiries]
    /// @param value digest of a small value, or of as much of a large one as was looked at
    record State(ValueType type, long expiry, Sum value) {
        boolean isThere() {
            return type != ValueType.NONE;
        }
    }

    /// Whether neither side has changed since then, as far as both looks can tell.
    boolean isStill(Look since) {
        return source.equals(since.source) && target.equals(since.target);
    }
}
