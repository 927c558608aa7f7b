package io.syncline.engine.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a link wants of its commands; fixed for the link's life.
///
/// @param source who streams: decides whether expiries can be relative
/// @param target who receives: decides which forms must be made older
/// @param extendExpiryMillis added to every expiry, so that clock skew or lag never expires a key
///   at the target before its source says so; 0 to add nothing
/// @param databases which databases go where
/// @param payloads how to adapt values in `RESTORE`; null when the target reads them as they are
/// @param tracedExpiry whether a key or a field that is written with an expiry which is past by
///   then must be written all the same and expire behind that, so that the target's stream or
///   answer tells of it
public record RewriteRules(
        Dialect source,
        Dialect target,
        long extendExpiryMillis,
        DatabaseMap databases,
        @Nullable PayloadAdapter payloads,
        boolean tracedExpiry) {
    /// Ten years: more is a mistake in the unit.
    public static final long EXTENSION_LIMIT_MILLIS = 10L * 366 * 24 * 3600 * 1000;

    /// Of a link that does not read what became of its writes.
    public RewriteRules(
            Dialect source,
            Dialect target,
            long extendExpiryMillis,
            DatabaseMap databases,
            @Nullable PayloadAdapter payloads) {
        this(source, target, extendExpiryMillis, databases, payloads, false);
    }

    public RewriteRules {
        Objects.requireNonNull(source, "source is null");
        Objects.requireNonNull(target, "target is null");
        Objects.requireNonNull(databases, "databases is null");
        if (extendExpiryMillis < 0 || extendExpiryMillis > EXTENSION_LIMIT_MILLIS) {
            throw new IllegalArgumentException(
                    "the extension of expiries is "
                            + extendExpiryMillis
                            + " ms but must be 0 to "
                            + EXTENSION_LIMIT_MILLIS);
        }
    }
}
