package io.syncline.server.view;

import io.syncline.engine.verify.VerifyProgress;
import java.time.Duration;

/// How far a verification is, and how fast it goes.
///
/// @param elapsed since its start
/// @param progress the counters
/// @param keysPerSecond looked at at either side, over the last few seconds
/// @param bytesPerSecond read from both sides
public record VerifyState(
        Duration elapsed, VerifyProgress progress, double keysPerSecond, double bytesPerSecond) {
    /// Less says nothing about the rest.
    private static final double LEAST_FRACTION = 0.02;

    /// Until the end at the present rate; -1 when that cannot be told.
    public long secondsLeft() {
        return switch (progress.phase()) {
            case STARTING, ENDED -> -1;
            case COMPARING, EXTRAS ->
                    !progress.isCounted() ? byScans() : keysPerSecond > 0 ? atThisRate() : -1;
        };
    }

    /// Where nobody knows how many keys are meant, as much time as what is behind took.
    private long byScans() {
        double done = progress.fraction();
        return done < LEAST_FRACTION
                ? -1
                : (long) Math.ceil(elapsed.toMillis() / 1_000.0 * (1 - done) / done);
    }

    private long atThisRate() {
        long keys = Math.max(0, progress.keysTotal() - progress.keys());
        long targetKeys = Math.max(0, progress.targetKeysTotal() - progress.targetKeys());
        boolean extras = progress.phase() == VerifyProgress.Phase.EXTRAS;
        return (long) Math.ceil(((extras ? 0 : keys) + targetKeys) / keysPerSecond);
    }
}
