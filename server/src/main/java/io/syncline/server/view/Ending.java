package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus.Shard;
import java.util.function.ToLongFunction;

/// How a run ended, in words.
///
/// @param headline stands where the live state stood
/// @param totals what was done in this run
public record Ending(Headline headline, String totals) {
    /// Why a run is over.
    public enum Kind {
        /// As the options say.
        DONE,
        /// By a signal or a closed output.
        INTERRUPTED,
        /// A precheck found an error.
        PRECHECK_FAILED,
        /// A failure that retrying does not mend.
        FAILED
    }

    public static Ending of(Kind kind, Progress last) {
        Headline headline =
                switch (kind) {
                    case DONE -> new Headline(Tone.WELL, "Done");
                    case INTERRUPTED ->
                            new Headline(
                                    Tone.IDLE,
                                    "Stopped cleanly, the same command goes on from here");
                    case PRECHECK_FAILED ->
                            new Headline(Tone.BROKEN, "Not started, a check failed");
                    case FAILED -> new Headline(Tone.BROKEN, "Failed");
                };
        return new Ending(headline, totals(last));
    }

    private static String totals(Progress last) {
        if (last.status().shards().isEmpty()) {
            return "Nothing was written";
        }
        long keys = sum(last, Shard::snapshotKeys);
        long snapshots = sum(last, Shard::snapshots);
        long refused = sum(last, Shard::refused);
        long writes = sum(last, Shard::commands);
        return "In "
                + Numbers.duration(last.elapsed())
                + (snapshots > 0 ? ": " + Numbers.count(keys, "key") + " by snapshot, " : ": ")
                + Numbers.count(writes, "write")
                + " ("
                + Numbers.bytes(sum(last, Shard::bytes))
                + ") by stream"
                + (refused > 0 ? ", " + Numbers.count(refused) + " refused" : "");
    }

    private static long sum(Progress last, ToLongFunction<Shard> value) {
        return last.status().shards().stream()
                .mapToLong(shard -> Math.max(0, value.applyAsLong(shard)))
                .sum();
    }
}
