package io.syncline.server.api;

import io.syncline.server.model.Probe;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A [Probe] as users see it: times as everywhere else.
///
/// @param at when it was looked at, in ISO 8601
public record ProbeView(
        String at,
        boolean reachable,
        String product,
        String role,
        String topology,
        List<Probe.Shard> shards,
        List<Probe.Database> databases,
        long usedMemory,
        long maxMemory,
        List<String> connectsFrom,
        Probe.@Nullable Trouble trouble) {
    /// Null for what was never looked at.
    static @Nullable ProbeView of(@Nullable Probe it) {
        return it == null ? null : of(it, Instant.ofEpochMilli(it.at()));
    }

    /// What was just looked at.
    public static ProbeView now(Probe it) {
        return of(it, Instant.ofEpochMilli(it.at()));
    }

    private static ProbeView of(Probe it, Instant at) {
        return new ProbeView(
                at.toString(),
                it.reachable(),
                it.product(),
                it.role(),
                it.topology(),
                it.shards(),
                it.databases(),
                it.usedMemory(),
                it.maxMemory(),
                it.connectsFrom(),
                it.trouble());
    }
}
