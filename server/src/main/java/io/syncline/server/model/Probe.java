package io.syncline.server.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was seen at an instance when it was last looked at.
///
/// @param at milliseconds since 1970
/// @param reachable whether it answered, with the account that was given
/// @param product `Redis 7.0.15`
/// @param role `primary` or `replica`, of the node that answered first
/// @param topology `standalone`, `cluster` or `sentinel`, as it really is
/// @param shards one for each primary
/// @param databases keys by database
/// @param usedMemory of all shards, in bytes
/// @param maxMemory of all shards; 0 for no limit
/// @param connectsFrom our own addresses, for the instance's allow list
/// @param trouble what went wrong; null when nothing did
public record Probe(
        long at,
        boolean reachable,
        String product,
        String role,
        String topology,
        List<Shard> shards,
        List<Database> databases,
        long usedMemory,
        long maxMemory,
        List<String> connectsFrom,
        @Nullable Trouble trouble) {
    /// One primary.
    public record Shard(String address, int slots, long keys, long usedMemory, int replicas) {}

    /// A database that holds keys.
    public record Database(int index, long keys) {}

    /// Why it cannot be used.
    public record Trouble(String code, String place, String message, String remedy) {}

    public Probe {
        shards = List.copyOf(shards);
        databases = List.copyOf(databases);
        connectsFrom = List.copyOf(connectsFrom);
    }
}
