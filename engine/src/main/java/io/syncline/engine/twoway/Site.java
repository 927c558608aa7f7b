package io.syncline.engine.twoway;

/// The two ends of a pair, by the names that its task gives them. Both are written by users; the
/// names only say which one the first snapshot came from.
public enum Site {
    SOURCE(0),
    TARGET(1);

    private final int index;

    Site(int index) {
        this.index = index;
    }

    /// For arrays of one thing per site.
    public int index() {
        return index;
    }

    public Site other() {
        return this == SOURCE ? TARGET : SOURCE;
    }
}
