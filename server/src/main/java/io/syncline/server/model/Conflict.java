package io.syncline.server.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key of a two-way task that both sides had written, and what became of it.
///
/// @param number counts the task's conflicts from 1
/// @param time when it was resolved
/// @param cause why the key was copied as a whole: `conflict`, `related`, `derived` or `refused`
/// @param sourceTime of the source's latest crossing write; null when it made none
/// @param targetTime likewise
/// @param winner `source` or `target`: whose value both sides have now
public record Conflict(
        long number,
        Instant time,
        int database,
        String key,
        String cause,
        @Nullable Instant sourceTime,
        @Nullable Instant targetTime,
        String winner) {}
