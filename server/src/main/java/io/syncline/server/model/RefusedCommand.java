package io.syncline.server.model;

import java.time.Instant;

/// A command that a target refused for good.
///
/// @param decision `open`, `skip` (a user wants it left out), `skipped` (it was left out) or
///   `acknowledged` (a user has dealt with it)
public record RefusedCommand(
        long id,
        String task,
        Instant at,
        int shard,
        long offset,
        int database,
        String command,
        String key,
        String reason,
        String decision) {}
