package io.syncline.server.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One line of a task's last precheck.
///
/// @param position its place in the list
/// @param severity `ok`, `warning` or `error`
/// @param confirmedBy who decided that a warning may stand; null while nobody has
public record CheckResult(
        String task,
        int position,
        String check,
        String severity,
        String place,
        String code,
        String found,
        String remedy,
        @Nullable String confirmedBy,
        @Nullable Instant confirmedAt) {}
