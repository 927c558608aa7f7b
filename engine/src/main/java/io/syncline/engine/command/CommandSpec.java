package io.syncline.engine.command;

import java.util.Objects;

/// What is known of one command.
///
/// @param index its number in the table, from 1; 0 for UNKNOWN: for arrays of things per command
/// @param name in upper case
/// @param flags the sum of WRITE, READ, DENYOOM, BLOCKING, ADMIN, DATED
/// @param keys where its keys stand
/// @param merge how neighbours can be joined
/// @param singleKey whether its only key stands at argument 1
public record CommandSpec(
        int index,
        String name,
        CommandKind kind,
        CommandGroup group,
        int flags,
        KeySpec keys,
        MergeKind merge,
        boolean singleKey) {
    public static final int WRITE = 1;
    public static final int READ = 2;

    /// Refused by a server that has reached its memory limit.
    public static final int DENYOOM = 4;

    public static final int BLOCKING = 8;
    public static final int ADMIN = 16;

    /// Newer servers stream it in a form that older ones lack.
    public static final int DATED = 32;

    /// Stands for every command that the table does not know: most commands of modules have one
    /// key, as their first argument.
    public static final CommandSpec UNKNOWN =
            new CommandSpec(
                    0,
                    "UNKNOWN",
                    CommandKind.UNKNOWN,
                    CommandGroup.UNKNOWN,
                    WRITE | DENYOOM,
                    KeySpec.parse("1"));

    public CommandSpec {
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(kind, "kind is null");
        Objects.requireNonNull(group, "group is null");
        Objects.requireNonNull(keys, "keys is null");
        Objects.requireNonNull(merge, "merge is null");
    }

    CommandSpec(
            int index, String name, CommandKind kind, CommandGroup group, int flags, KeySpec keys) {
        this(index, name, kind, group, flags, keys, MergeKind.ofName(name), keys.single());
    }

    public boolean isWrite() {
        return (flags & WRITE) != 0;
    }

    public boolean isRefusedWithoutMemory() {
        return (flags & DENYOOM) != 0;
    }

    /// A write that belongs to no slot: FLUSHALL, SWAPDB, FT.CREATE.
    public boolean isKeylessWrite() {
        return isWrite() && keys.rule() == KeySpec.Rule.NONE;
    }
}
