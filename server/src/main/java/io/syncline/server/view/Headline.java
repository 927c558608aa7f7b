package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.link.Phase;
import java.time.Duration;

/// The one sentence that says whether it is well.
public record Headline(Tone tone, String text) {
    public static Headline of(Progress progress) {
        if (!progress.status().retrying().isEmpty()) {
            return new Headline(Tone.ATTENTION, "Retrying, " + progress.status().retrying());
        }
        return switch (progress.phase()) {
            case STARTING -> new Headline(Tone.WORKING, "Starting, connecting to both sides");
            case SNAPSHOT -> new Headline(Tone.WORKING, snapshot(progress));
            case STREAMING ->
                    new Headline(
                            Tone.WELL,
                            "Running, "
                                    + lag(
                                            progress.worst(Shard::lagMillis),
                                            progress.total(Shard::lagBytes))
                                    + ", "
                                    + Numbers.rate(progress.totalRates().commands())
                                    + " writes/s");
            case ENDED -> new Headline(Tone.IDLE, "Ended");
        };
    }

    private static String snapshot(Progress progress) {
        double fraction = progress.snapshotFraction();
        long left = progress.secondsLeft();
        return "Copying the snapshot, "
                + (fraction < 0
                        ? Numbers.count(Math.max(0, progress.total(Shard::snapshotKeys)), "key")
                        : percent(fraction))
                + (left <= 0 || progress.phase() == Phase.STREAMING
                        ? ""
                        : ", about " + Numbers.seconds(left) + " left");
    }

    static String percent(double fraction) {
        return (int) (fraction * 100) + " %";
    }

    /// Time where the heartbeat tells it, else bytes.
    static String lag(long millis, long bytes) {
        if (millis >= 0) {
            return Numbers.duration(Duration.ofMillis(millis)) + " behind";
        }
        return bytes < 0 ? "delay not known yet" : Numbers.bytes(bytes) + " behind";
    }
}
