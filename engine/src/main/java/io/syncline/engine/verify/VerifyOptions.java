package io.syncline.engine.verify;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.net.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything a user chooses for one verification.
///
/// @param source one side
/// @param target the other side
/// @param databases source database to target database; empty: every database to itself
/// @param scope which keys, and what of them
/// @param expiries when two expiries are the same
/// @param recheck when something that differs is a difference
/// @param limits how fast to read
/// @param repair what to do about differences
/// @param retry how long to go on trying when either side is away
/// @param state where the run keeps how far it is; null: nowhere
/// @param rules which keys of the source the target has, and under which names
public record VerifyOptions(
        Endpoint source,
        Endpoint target,
        SortedMap<Integer, Integer> databases,
        Scope scope,
        ExpiryRules expiries,
        Recheck recheck,
        Limits limits,
        Repairs repair,
        Duration retry,
        @Nullable Path state,
        KeyRules rules) {
    public VerifyOptions {
        requireNonNull(source, "source is null");
        requireNonNull(target, "target is null");
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    }

    /// What of a key is compared.
    public enum Mode {
        /// Type, value, expiry.
        FULL,
        /// Type, number of bytes or elements, expiry.
        LENGTH,
        /// That it is there.
        EXISTS
    }

    /// Which keys, and what of them.
    ///
    /// @param mode what of a key is compared
    /// @param percent how many of the keys, above 0 to 100; the same keys in each run
    /// @param patterns of keys as SCAN's MATCH takes them, of which one must fit; none: all keys
    public record Scope(Mode mode, double percent, List<String> patterns) {
        public static final Scope ALL = new Scope(Mode.FULL, 100, List.of());

        public Scope {
            requireNonNull(mode, "mode is null");
            patterns = List.copyOf(patterns);
            if (!(percent > 0 && percent <= 100)) {
                throw new IllegalArgumentException(
                        "a sample is " + percent + " percent but must be above 0 and at most 100");
            }
        }

        /// Whether every key is looked at.
        boolean isAll() {
            return patterns.isEmpty() && percent == 100;
        }
    }

    /// When two expiries are the same.
    ///
    /// @param tolerance how far they may be apart
    /// @param extension what the task adds to each at the target; with or without it is the same
    public record ExpiryRules(Duration tolerance, Duration extension) {
        public static final ExpiryRules DEFAULT =
                new ExpiryRules(Duration.ofSeconds(1), Duration.ZERO);
    }

    /// Something that differs is looked at again, so that lag is no difference.
    ///
    /// @param after how long to wait before each further look; longer than the usual lag
    /// @param times how many further looks a difference must survive
    public record Recheck(Duration after, int times) {
        public static final Recheck DEFAULT = new Recheck(Duration.ofSeconds(1), 3);

        public Recheck {
            if (times < 0 || after.isNegative()) {
                throw new IllegalArgumentException("rechecks must not be negative");
            }
        }
    }

    /// How fast to read; 0 is no limit.
    ///
    /// @param keysPerSecond keys looked at
    /// @param bytesPerSecond answers of both sides together
    /// @param workers threads, each with a connection to every node it needs
    public record Limits(long keysPerSecond, long bytesPerSecond, int workers) {
        public static final Limits DEFAULT = new Limits(0, 0, 4);

        public Limits {
            if (keysPerSecond < 0 || bytesPerSecond < 0 || workers < 1) {
                throw new IllegalArgumentException(
                        "limits must not be negative and there must be a worker");
            }
        }
    }

    /// Which side is right.
    public enum Direction {
        NONE,
        SOURCE_TO_TARGET,
        TARGET_TO_SOURCE
    }

    /// What to do about differences.
    ///
    /// @param deleteExtra whether keys that only the side to be mended has are deleted
    public record Repairs(Direction direction, boolean deleteExtra) {
        public static final Repairs NONE = new Repairs(Direction.NONE, false);
    }

    public VerifyOptions withScope(Scope other) {
        return new VerifyOptions(
                source, target, databases, other, expiries, recheck, limits, repair, retry, state,
                rules);
    }

    public VerifyOptions withLimits(Limits other) {
        return new VerifyOptions(
                source, target, databases, scope, expiries, recheck, other, repair, retry, state,
                rules);
    }

    public VerifyOptions withState(@Nullable Path other) {
        return new VerifyOptions(
                source, target, databases, scope, expiries, recheck, limits, repair, retry, other,
                rules);
    }
}
