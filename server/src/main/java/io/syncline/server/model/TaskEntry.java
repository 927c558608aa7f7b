package io.syncline.server.model;

import java.time.Instant;
import java.util.Locale;

/// Something that happened to a task.
///
/// @param kind stable name: `state`, `retrying`, `phase`, ...
/// @param text what happened, and why
/// @param remedy what to do; empty for nothing
public record TaskEntry(
        long id, String task, Instant at, Level level, String kind, String text, String remedy) {
    /// How much it matters.
    public enum Level {
        INFO,
        WARNING,
        ERROR;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
