package io.syncline.engine.pair;

import io.syncline.engine.link.LinkOptions.Throttle;

/// What a user lets through in one direction: nothing while it is paused, and no more than its
/// ceilings. A debt scheme: what was written is waited for afterwards. Set from any thread, asked
/// by the owner of the run.
final class Valve {
    /// A debt that is let pass: to close and to open again is a look at every slot that waits.
    private static final long LEAST_DEBT_NANOS = 100_000_000;

    private static final double NANOS_PER_SECOND = 1e9;

    /// A transaction is to be no more than a tenth of a second's worth.
    private static final int TRANSACTIONS_PER_SECOND = 10;

    private volatile boolean paused;
    private volatile Throttle limits = Throttle.NONE;
    private Throttle counted = Throttle.NONE;
    private long commands;
    private long bytes;
    private long freeNanos;
    private boolean inDebt;

    void pause(boolean now) {
        paused = now;
    }

    void limits(Throttle ceilings) {
        limits = ceilings;
    }

    Throttle limits() {
        return limits;
    }

    /// Whether nothing may be sent now.
    ///
    /// @param commandsWritten in this direction, since the run began
    /// @param bytesWritten likewise
    boolean isClosed(long commandsWritten, long bytesWritten, long nowNanos) {
        Throttle present = limits;
        if (!present.equals(counted)) {
            counted = present;
            freeNanos = nowNanos;
            inDebt = false;
        } else if (commandsWritten >= commands && bytesWritten >= bytes) {
            long start = freeNanos - nowNanos < 0 ? nowNanos : freeNanos;
            freeNanos = start + cost(present, commandsWritten - commands, bytesWritten - bytes);
        }
        commands = commandsWritten;
        bytes = bytesWritten;
        inDebt = freeNanos - nowNanos > (inDebt ? 0 : LEAST_DEBT_NANOS);
        return paused || inDebt;
    }

    private static long cost(Throttle ceilings, long commands, long bytes) {
        double seconds = 0;
        if (ceilings.commandsPerSecond() > 0) {
            seconds = (double) commands / ceilings.commandsPerSecond();
        }
        if (ceilings.bytesPerSecond() > 0) {
            seconds = Math.max(seconds, (double) bytes / ceilings.bytesPerSecond());
        }
        return (long) (seconds * NANOS_PER_SECOND);
    }

    /// Most units of a transaction, of `most` that it might have.
    int units(int most) {
        long ceiling = limits.commandsPerSecond();
        return ceiling <= 0 ? most : (int) Math.clamp(ceiling / TRANSACTIONS_PER_SECOND, 1, most);
    }
}
