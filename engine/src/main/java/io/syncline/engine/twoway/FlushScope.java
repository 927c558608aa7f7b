package io.syncline.engine.twoway;

import java.util.Set;
import java.util.TreeSet;

/// What a flush empties. Not always one database or all: a transaction may empty several, and so
/// does FLUSHALL where only some are synchronized.
///
/// @param databases in the source's numbers; empty: every one
public record FlushScope(Set<Integer> databases) {
    public static final FlushScope ALL = new FlushScope(Set.of());

    public FlushScope {
        databases = Set.copyOf(databases);
    }

    public FlushScope(int database) {
        this(Set.of(database));
    }

    boolean isEvery() {
        return databases.isEmpty();
    }

    boolean covers(int other) {
        return isEvery() || databases.contains(other);
    }

    boolean covers(FlushScope other) {
        return isEvery() || (!other.isEvery() && databases.containsAll(other.databases));
    }

    /// What both empty.
    FlushScope and(FlushScope other) {
        if (isEvery() || other.isEvery()) {
            return ALL;
        }
        Set<Integer> both = new TreeSet<>(databases);
        both.addAll(other.databases);
        return new FlushScope(both);
    }

    /// Whether a command is part of what this empties and part of what it leaves: it writes a key
    /// that stays, and what it wrote depended on one that goes.
    boolean straddles(PairCommand command) {
        boolean inside = false;
        boolean outside = false;
        for (Effect effect : command.effects) {
            boolean covered = covers(effect.key().database());
            inside |= covered;
            outside |= !covered && effect.writes();
        }
        return inside && outside;
    }
}
