package io.syncline.engine.command;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Which databases of the source are synchronized, and into which of the target's.
public final class DatabaseMap {
    /// What [#target] answers for a database that is left out.
    public static final int EXCLUDED = -1;

    /// `databases` can be configured as any int; a map of more would be a mistake.
    public static final int DATABASE_LIMIT = 1 << 20;

    private static final DatabaseMap IDENTITY = new DatabaseMap(Map.of());

    private final Map<Integer, Integer> targets;

    private DatabaseMap(Map<Integer, Integer> targets) {
        this.targets = targets;
    }

    /// Every database into the one of the same number.
    public static DatabaseMap identity() {
        return IDENTITY;
    }

    /// Only these databases of the source; with none given, every one to itself.
    public static DatabaseMap orIdentity(Map<Integer, Integer> targets) {
        return targets.isEmpty() ? IDENTITY : of(targets);
    }

    /// Only these databases of the source, each into the database given.
    ///
    /// @throws IllegalArgumentException when none is given, a number is out of range, or two go
    ///   into one, which would mix keys that a SWAPDB or MOVE could never part again
    public static DatabaseMap of(Map<Integer, Integer> targets) {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("no database is included; name at least one");
        }
        Set<Integer> used = new HashSet<>();
        for (Map.Entry<Integer, Integer> entry : targets.entrySet()) {
            check(entry.getKey());
            check(entry.getValue());
            if (!used.add(entry.getValue())) {
                throw new IllegalArgumentException(
                        "two databases go into target database "
                                + entry.getValue()
                                + "; give each its own");
            }
        }
        return new DatabaseMap(Map.copyOf(targets));
    }

    private static void check(int database) {
        if (database < 0 || database >= DATABASE_LIMIT) {
            throw new IllegalArgumentException(
                    "database is " + database + " but must be 0 to " + (DATABASE_LIMIT - 1));
        }
    }

    /// The target's database for one of the source, or [#EXCLUDED]. Asked once per SELECT.
    public int target(int source) {
        return isIdentity() ? source : targets.getOrDefault(source, EXCLUDED);
    }

    /// The source's database that goes into one of the target, or [#EXCLUDED].
    public int source(int target) {
        if (isIdentity()) {
            return target;
        }
        for (Map.Entry<Integer, Integer> entry : targets.entrySet()) {
            if (entry.getValue() == target) {
                return entry.getKey();
            }
        }
        return EXCLUDED;
    }

    /// Whether a database of the target is written to.
    public boolean isTarget(int database) {
        return isIdentity() || targets.containsValue(database);
    }

    /// The databases of the source that are mapped; empty for [#identity()].
    public Map<Integer, Integer> targets() {
        return targets;
    }

    public boolean isIdentity() {
        return targets.isEmpty();
    }
}
