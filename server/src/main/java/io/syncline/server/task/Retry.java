package io.syncline.server.task;

/// What is being tried again.
///
/// @param side `source`, `target` or `task`
/// @param place address
/// @param count failed tries so far
/// @param elapsedSeconds since the fault
/// @param limitSeconds after which the task fails
/// @param reason what went wrong
public record Retry(
        String side,
        String place,
        int count,
        long elapsedSeconds,
        long limitSeconds,
        String reason) {}
