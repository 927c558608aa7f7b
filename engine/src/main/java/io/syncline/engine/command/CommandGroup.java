package io.syncline.engine.command;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The family of a command, as `COMMAND DOCS` names it; in filters `@string`, `@sorted-set`.
public enum CommandGroup {
    STRING,
    HASH,
    LIST,
    SET,
    SORTED_SET,
    STREAM,
    BITMAP,
    HYPERLOGLOG,
    GEO,
    GENERIC,
    PUBSUB,
    SCRIPTING,
    TRANSACTIONS,
    CONNECTION,
    SERVER,
    CLUSTER,
    ARRAY,
    VECTORSET,
    JSON,
    BLOOM,
    TIMESERIES,
    SEARCH,
    /// Commands that the table does not know.
    UNKNOWN;

    /// The name in lower case, with hyphens.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The group with this name in any letter case, or null.
    public static @Nullable CommandGroup ofLabel(String label) {
        for (CommandGroup group : values()) {
            if (group.label().equalsIgnoreCase(label)) {
                return group;
            }
        }
        return null;
    }
}
