package io.syncline.testkit;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Bounded waiting on a condition: what tests use where others sleep.
public final class Await {
    /// Short enough to cost a test nothing, long enough to leave the server its processor.
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);

    /// Polling slows down to this, so that a long wait is not a load.
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(25);

    private Await() {}

    /// A condition that may fail for now, as a connection to a server that is starting does.
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /// Waits until the condition holds.
    ///
    /// @throws AssertionError when it does not hold in time: what was awaited, and the last failure
    public static void until(String description, Duration limit, Condition condition) {
        Waiting waiting = new Waiting(description, limit);
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
                waiting.pause(false);
            } catch (InterruptedException e) {
                throw waiting.interrupted(e);
            } catch (Exception e) {
                waiting.pause(e);
            }
        }
    }

    /// Waits until a value is accepted, and returns it.
    ///
    /// @throws AssertionError when none is in time: what was awaited, and the last value seen
    public static <T> T value(
            String description, Duration limit, Supplier<T> current, Predicate<T> accepted) {
        Waiting waiting = new Waiting(description, limit);
        while (true) {
            try {
                T value = current.get();
                if (accepted.test(value)) {
                    return value;
                }
                waiting.pause(value);
            } catch (RuntimeException e) {
                waiting.pause(e);
            }
        }
    }

    private static final class Waiting {
        private final String description;
        private final Duration limit;
        private final long startNanos = System.nanoTime();
        private long pauseNanos = FIRST_PAUSE.toNanos();

        Waiting(String description, Duration limit) {
            this.description = description;
            this.limit = limit;
        }

        void pause(@Nullable Object lastSeen) {
            if (System.nanoTime() - startNanos >= limit.toNanos()) {
                AssertionError failure =
                        new AssertionError(
                                String.format(
                                        Locale.ROOT,
                                        "waited %.1f s for: %s; last seen: %s",
                                        limit.toMillis() / 1000.0,
                                        description,
                                        lastSeen));
                if (lastSeen instanceof Throwable cause) {
                    failure.initCause(cause);
                }
                throw failure;
            }
            LockSupport.parkNanos(pauseNanos);
            if (Thread.interrupted()) {
                throw interrupted(new InterruptedException());
            }
            pauseNanos = Math.min(pauseNanos * 2, LONGEST_PAUSE.toNanos());
        }

        AssertionError interrupted(InterruptedException cause) {
            Thread.currentThread().interrupt();
            return new AssertionError("interrupted while waiting for: " + description, cause);
        }
    }
}
