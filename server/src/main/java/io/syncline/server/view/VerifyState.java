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
    /// Until the end at the present rate; -1 when that cannot be told.
    public long secondsLeft() {
        boolean told = progress.keysTotal() >= 0 && progress.targetKeysTotal() >= 0;
        return switch (progress.phase()) {
            case STARTING, ENDED -> -1;
            case COMPARING, EXTRAS -> told && keysPerSecond > 0 ? atThisRate() : -1;
        };
    }

    private long atThisRate() {
        long keys = Math.max(0, progress.keysTotal() - progress.keys());
        long targetKeys = Math.max(0, progress.targetKeysTotal() - progress.targetKeys());
        boolean extras = progress.phase() == VerifyProgress.Phase.EXTRAS;
        return (long) Math.ceil(((extras ? 0 : keys) + targetKeys) / keysPerSecond);
    }
}
