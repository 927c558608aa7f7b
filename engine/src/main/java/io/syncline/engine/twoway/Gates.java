package io.syncline.engine.twoway;

/// Which directions are held back by their user. One for all pairs of a task.
///
/// A direction that is closed is read as before, and what is read waits: nothing of it is sent any
/// more but markers, and a flush that is half way. While what waits is at its limit, the other
/// direction holds back as well, since its echoes would stand behind what there is no room for.
final class Gates {
    private final boolean[] closed = new boolean[Site.values().length];

    boolean isClosed(Site origin) {
        return closed[origin.index()];
    }

    /// Closes a gate, or opens it.
    ///
    /// @return whether that is new
    boolean set(Site origin, boolean close) {
        boolean changed = closed[origin.index()] != close;
        closed[origin.index()] = close;
        return changed;
    }
}
