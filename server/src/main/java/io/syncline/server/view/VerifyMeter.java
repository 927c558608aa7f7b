package io.syncline.server.view;

import io.syncline.engine.verify.VerifyProgress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/// Turns a verification's counters into rates. Not for several threads.
public final class VerifyMeter {
    /// Long enough to be steady, short enough to follow.
    private static final Duration WINDOW = Duration.ofSeconds(3);

    private final Deque<VerifyState> samples = new ArrayDeque<>();

    /// Takes a sample.
    ///
    /// @param elapsed since the start; never less than the time before
    public VerifyState measure(Duration elapsed, VerifyProgress progress) {
        samples.addLast(new VerifyState(elapsed, progress, 0, 0));
        while (samples.size() > 2
                && samples.getFirst().elapsed().plus(WINDOW).compareTo(elapsed) < 0) {
            samples.removeFirst();
        }
        VerifyState oldest = samples.getFirst();
        double seconds = elapsed.minus(oldest.elapsed()).toNanos() / 1e9;
        if (seconds <= 0) {
            return new VerifyState(elapsed, progress, 0, 0);
        }
        long keys = looked(progress) - looked(oldest.progress());
        long bytes = progress.bytes() - oldest.progress().bytes();
        return new VerifyState(elapsed, progress, keys / seconds, bytes / seconds);
    }

    private static long looked(VerifyProgress progress) {
        return progress.keys() + progress.targetKeys();
    }
}
