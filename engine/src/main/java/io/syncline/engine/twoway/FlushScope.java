package io.syncline.engine.twoway;

/// What a flush empties.
///
/// @param database in the source's numbers, or [#EVERY]
public record FlushScope(int database) {
    static final int EVERY = -1;

    public static final FlushScope ALL = new FlushScope(EVERY);

    boolean covers(int other) {
        return database == EVERY || database == other;
    }

    boolean covers(FlushScope other) {
        return database == EVERY || database == other.database;
    }
}
