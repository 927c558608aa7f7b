package io.syncline.engine.twoway;

import java.util.Set;

/// How a pair behaves.
///
/// @param deletesYield whether a deletion loses to any concurrent write, whatever the times: an
///   expiry looks like a deletion, and should not undo a refresh made a moment before
/// @param unitsPerTransaction most units sent at once; the server looks through the watched keys
///   for each one more, so hundreds are the end of what pays
/// @param bytesPerTransaction most bytes sent at once, unless one unit is larger
/// @param ahead whether a transaction's guard is set before the one in front of it is answered:
///   half the round trips. Where a connection serves many slots in turn, it goes to the next one
///   instead
/// @param queuedBytesLimit beyond it a stream is not read, so that the server or the spool holds it
public record PairOptions(
        GuardPolicy guard,
        boolean deletesYield,
        int unitsPerTransaction,
        int bytesPerTransaction,
        boolean ahead,
        long queuedBytesLimit) {
    /// Tells rules that a test has switched off.
    record Rules(Set<Rule> on) {
        static final Rules ALL = new Rules(Rule.ALL);

        boolean holds(Rule rule) {
            return on.contains(rule);
        }
    }

    public PairOptions {
        if (unitsPerTransaction < 1 || bytesPerTransaction < 1 || queuedBytesLimit < 1) {
            throw new IllegalArgumentException(
                    "limits of a pair are positive, not "
                            + unitsPerTransaction
                            + ", "
                            + bytesPerTransaction
                            + ", "
                            + queuedBytesLimit);
        }
    }
}
