package io.syncline.engine.verify;

import org.jspecify.annotations.Nullable;

/// Foresees the type of a key by its name, from keys of the same pattern that were met before: so
/// most keys need no question for their type. A wrong guess is harmless: the server says so, and
/// the key is asked for like any other. For one thread.
///
/// Patterns are names whose parts with digits count as one: `user:1001:name` is `user:#:name`.
final class TypeGuess {
    /// Each error that a server answers is counted in its statistics, so a pattern must have proved
    /// itself before it is believed.
    private static final int PROVED = 32;

    private static final int PATTERNS = 4_096;
    private static final long FIRST = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private final long[] patterns = new long[PATTERNS];
    private final @Nullable ValueType[] types = new ValueType[PATTERNS];
    private final byte[] met = new byte[PATTERNS];

    /// The type that the key most likely has; null when there is no telling.
    @Nullable ValueType of(byte[] key) {
        long pattern = pattern(key);
        int at = place(pattern);
        return met[at] == PROVED && patterns[at] == pattern ? types[at] : null;
    }

    /// Takes into account what a key turned out to be.
    void learn(byte[] key, ValueType type) {
        long pattern = pattern(key);
        int at = place(pattern);
        if (patterns[at] != pattern || types[at] != type) {
            patterns[at] = pattern;
            types[at] = type;
            met[at] = 0;
        }
        if (met[at] < PROVED) {
            met[at]++;
        }
    }

    /// The guess was wrong: the pattern has to prove itself again.
    void missed(byte[] key) {
        met[place(pattern(key))] = 0;
    }

    private static int place(long pattern) {
        return (int) (pattern ^ (pattern >>> 32)) & (PATTERNS - 1);
    }

    private static long pattern(byte[] key) {
        long whole = FIRST;
        long part = FIRST;
        boolean digits = false;
        for (byte each : key) {
            if (isSeparator(each)) {
                whole = (whole ^ (digits ? '#' : part) ^ each) * PRIME;
                part = FIRST;
                digits = false;
            } else {
                part = (part ^ (each & 0xff)) * PRIME;
                digits |= each >= '0' && each <= '9';
            }
        }
        whole = (whole ^ (digits ? '#' : part)) * PRIME;
        return whole ^ (whole >>> 29);
    }

    private static boolean isSeparator(byte each) {
        return switch (each) {
            case ':', '/', '.', '_', '-', '|', '{', '}' -> true;
            default -> false;
        };
    }
}
