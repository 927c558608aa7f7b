package io.syncline.server.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An alert that was raised.
///
/// @param rule `lag`, `state`, `full-sync`, `spool`, `test`
/// @param over when it was over; null while it stands
/// @param delivery what became of telling it: one line a channel
public record AlertRecord(
        long id,
        String account,
        String task,
        Instant at,
        String rule,
        String text,
        @Nullable Instant over,
        String delivery) {}
