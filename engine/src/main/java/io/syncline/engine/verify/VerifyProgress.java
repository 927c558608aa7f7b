package io.syncline.engine.verify;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How far a verification is.
///
/// @param phase what it does now
/// @param keys of the source that were compared
/// @param keysTotal what the source said it holds when it began; -1 while nobody knows
/// @param targetKeys of the target that were looked up at the source
/// @param targetKeysTotal likewise
/// @param bytes read from both sides
/// @param checking keys that differed and are looked at again
/// @param byKind differences so far
/// @param repaired of those, how many were mended
/// @param scanned how much of all keys the scans came by, from 0 to 1: also told where nobody knows
///   how many of them are meant
public record VerifyProgress(
        Phase phase,
        long keys,
        long keysTotal,
        long targetKeys,
        long targetKeysTotal,
        long bytes,
        long checking,
        Map<Difference.Kind, Long> byKind,
        long repaired,
        double scanned) {
    /// What a verification does.
    public enum Phase {
        STARTING,
        /// Every key of the source is looked up at the target.
        COMPARING,
        /// Every key of the target is looked up at the source.
        EXTRAS,
        /// With a verdict; one that was cut short stays where it was.
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

    /// Scans may meet more keys than there were at the start, but it is over only at the end.
    private double done() {
        if (!isCounted()) {
            return Math.min(0.999, scanned);
        }
        double all = Math.max(1, (double) keysTotal + targetKeysTotal);
        return Math.min(0.999, (keys + targetKeys) / all);
    }

    /// Whether it is known how many keys there are to look at.
    public boolean isCounted() {
        return keysTotal >= 0 && targetKeysTotal >= 0;
    }

    /// From 0 to 1; -1 while nothing is known.
    public double fraction() {
        return switch (phase) {
            case STARTING -> -1;
            case ENDED -> 1;
            case COMPARING, EXTRAS -> done();
        };
    }
}
