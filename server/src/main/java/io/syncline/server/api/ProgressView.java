package io.syncline.server.api;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.view.Progress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A task that runs, over all shards.
public record ProgressView(
        String phase,
        @Nullable Double percent,
        @Nullable Long secondsLeft,
        @Nullable Long keys,
        @Nullable Long keysTotal,
        @Nullable Long lagBytes,
        @Nullable Long lagMillis,
        long commandsPerSecond,
        long bytesPerSecond,
        long keysPerSecond,
        @Nullable Long commands,
        @Nullable Long bytes,
        @Nullable Long refused,
        @Nullable Long spoolMemoryBytes,
        @Nullable Long spoolDiskBytes) {
    static ProgressView of(Progress it) {
        double fraction = it.snapshotFraction();
        Progress.Rates rates = it.totalRates();
        return new ProgressView(
                it.phase().name().toLowerCase(Locale.ROOT),
                fraction < 0 ? null : Math.floor(fraction * 1_000) / 10,
                Shown.known(it.secondsLeft()),
                Shown.known(it.total(Shard::snapshotKeys)),
                Shown.known(it.total(Shard::snapshotKeysTotal)),
                Shown.known(it.total(Shard::lagBytes)),
                Shown.known(it.worst(Shard::lagMillis)),
                Math.round(rates.commands()),
                Math.round(rates.bytes()),
                Math.round(rates.keys()),
                Shown.known(it.total(Shard::commands)),
                Shown.known(it.total(Shard::bytes)),
                Shown.known(it.total(Shard::refused)),
                Shown.known(it.total(Shard::spoolMemoryBytes)),
                Shown.known(it.total(Shard::spoolDiskBytes)));
    }
}
