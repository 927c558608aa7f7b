package io.syncline.engine.verify;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How far a verification is.
///
/// @param phase what it does now
/// @param keys looked at and settled, in both directions
/// @param keysTotal what both sides said they hold when it began; -1 before that
/// @param bytes read from both sides
/// @param checking keys that differed and are looked at again
/// @param byKind differences so far
/// @param repaired of those, how many were mended
public record VerifyProgress(
        Phase phase,
        long keys,
        long keysTotal,
        long bytes,
        long checking,
        Map<Difference.Kind, Long> byKind,
        long repaired) {
    /// What a verification does.
    public enum Phase {
        STARTING,
        /// Every key of the source is looked up at the target.
        COMPARING,
        /// Every key of the target is looked up at the source.
        EXTRAS,
        ENDED
    }

    public VerifyProgress {
        Map<Difference.Kind, Long> copy = new EnumMap<>(Difference.Kind.class);
        copy.putAll(byKind);
        byKind = Collections.unmodifiableMap(copy);
    }

    public long differences() {
        return byKind.values().stream().mapToLong(Long::longValue).sum();
    }

    /// From 0 to 1; -1 while nothing is known.
    public double fraction() {
        return switch (phase) {
            case STARTING -> -1;
            case ENDED -> 1;
            case COMPARING, EXTRAS ->
                    keysTotal <= 0 ? -1 : Math.min(0.999, keys / (double) keysTotal);
        };
    }
}
