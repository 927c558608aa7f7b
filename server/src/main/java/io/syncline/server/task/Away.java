package io.syncline.server.task;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// For how long a task has been kept from going on, over all of its tries: those of the engine
/// within one link, and those of the service, which begins a new link when one has ended. The retry
/// time that a user sets bounds both together.
final class Away {
    private final LongSupplier nanos;
    private @Nullable Long since;

    /// A clock of troubles.
    ///
    /// @param nanos the time, as [System#nanoTime] has it
    Away(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Notes that there is trouble.
    ///
    /// @param told how long it has lasted already, as who noticed it says
    /// @return for how long there has been trouble without a rest
    synchronized Duration lasted(Duration told) {
        long now = nanos.getAsLong();
        long begun = now - told.toNanos();
        if (since == null || begun - since < 0) {
            since = begun;
        }
        return Duration.ofNanos(now - since);
    }

    /// Data flow again.
    synchronized void over() {
        since = null;
    }
}
