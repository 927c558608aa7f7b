package io.syncline.engine.twoway;

/// When a transaction is watched, so that a local write that was not seen yet voids it.
///
/// Both sites end equal under any policy. The guard decides how often it is really the later write
/// that wins when two cross: without it, a write can destroy a later one that nobody had read yet.
///
/// @param mode for which keys
/// @param blindAfter after so many voided transactions in a row a key is written without it, so
///   that a key that never rests cannot hold up its link
/// @param contendedMillis with CONTENDED: how long a local write makes a key worth guarding
public record GuardPolicy(Mode mode, int blindAfter, long contendedMillis) {
    /// For which keys.
    public enum Mode {
        ALWAYS,
        /// Only keys that the other site has written lately.
        CONTENDED,
        NEVER
    }

    public GuardPolicy {
        if (blindAfter < 1) {
            throw new IllegalArgumentException("blindAfter is " + blindAfter + ", at least 1");
        }
    }
}
