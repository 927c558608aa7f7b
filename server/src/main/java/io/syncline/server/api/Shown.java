package io.syncline.server.api;

import org.jspecify.annotations.Nullable;

/// Numbers that may be unknown.
final class Shown {
    private Shown() {}

    /// The engine says -1 for unknown; JSON leaves it out.
    static @Nullable Long known(long value) {
        return value < 0 ? null : value;
    }
}
