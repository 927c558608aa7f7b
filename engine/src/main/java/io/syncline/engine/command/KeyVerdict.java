package io.syncline.engine.command;

/// What a command's keys mean to the filter.
public enum KeyVerdict {
    /// No key is excluded.
    PASS,
    /// No key is excluded, but the user's rules may concern some: they decide.
    RULED,
    /// Every key is excluded: the command is left out.
    DROP,
    /// Some keys are excluded, and the command does the same without them:
    /// [CommandFilter#copyWithoutExcluded].
    SPLIT,
    /// Some keys are excluded, and the command cannot be had without them, such as a RENAME of a
    /// user's key into our own: must be left out, and reported.
    REFUSE
}
