package io.syncline.engine.verify;

/// How often a look at one key may look again at a place where both sides differ: a value that is
/// written all the time is equal everywhere, but never everywhere at the same moment.
final class Patience {
    /// Above the usual lag of a task, so that a few looks see a write on both its ends.
    private static final int PAUSE_MILLIS = 2;

    /// More is given only to a value that is known to move.
    private static final int LONG = 50;

    private final Sides sides;
    private int left;

    Patience(Sides sides, int looks) {
        this.sides = sides;
        this.left = looks;
    }

    /// Whether the value was seen to move.
    boolean isLong() {
        return left > LONG;
    }

    /// Waits a little, unless it is at its end.
    boolean again() {
        if (left == 0) {
            return false;
        }
        left--;
        sides.pace().took(1, sides.source(), sides.target());
        sides.pace().pause(PAUSE_MILLIS);
        return true;
    }
}
