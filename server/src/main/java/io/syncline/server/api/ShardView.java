package io.syncline.server.api;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Progress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One source shard of a task that runs.
///
/// @param direction `forward`; `reverse` for a shard of a two-way task's target
public record ShardView(
        int index,
        String direction,
        String source,
        String phase,
        String replicationId,
        @Nullable Double percent,
        @Nullable Long secondsLeft,
        @Nullable Long keys,
        @Nullable Long keysTotal,
        @Nullable Long snapshotBytes,
        @Nullable Long snapshotBytesTotal,
        @Nullable Long receivedOffset,
        @Nullable Long appliedOffset,
        @Nullable Long sourceOffset,
        @Nullable Long lagBytes,
        @Nullable Long lagMillis,
        long commands,
        long bytes,
        long commandsPerSecond,
        long bytesPerSecond,
        long refused,
        long spoolMemoryBytes,
        long spoolDiskBytes,
        int snapshots,
        int resumes) {
    static ShardView of(Progress progress, int at) {
        Shard it = progress.status().shards().get(at);
        Progress.Rates rates = progress.rates().get(at);
        double fraction = Progress.snapshotFraction(it);
        return new ShardView(
                it.index(),
                Direction.of(progress.status(), it).code(),
                it.source(),
                it.phase().name().toLowerCase(Locale.ROOT),
                it.replicationId(),
                fraction < 0 ? null : Math.floor(fraction * 1_000) / 10,
                Shown.known(Progress.secondsLeft(it, rates)),
                Shown.known(it.snapshotKeys()),
                Shown.known(it.snapshotKeysTotal()),
                Shown.known(it.snapshotBytesRead()),
                Shown.known(it.snapshotBytesTotal()),
                Shown.known(it.receivedOffset()),
                Shown.known(it.appliedOffset()),
                Shown.known(it.sourceOffset()),
                Shown.known(it.lagBytes()),
                Shown.known(it.lagMillis()),
                it.commands(),
                it.bytes(),
                Math.round(rates.commands()),
                Math.round(rates.bytes()),
                it.refused(),
                it.spoolMemoryBytes(),
                it.spoolDiskBytes(),
                it.snapshots(),
                it.resumes());
    }
}
