package io.syncline.server.model;

import java.time.Instant;

/// A command that a target refused for good.
///
/// @param decision `open`, `skipped` (by the task's option) or `acknowledged` (by a user)
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
