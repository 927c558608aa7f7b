package io.syncline.engine.twoway;

/// Why a key is copied as a whole instead of by its commands.
public enum LatchCause {
    /// Writes crossed that do not commute.
    CONFLICT,
    /// Another key of the same command is in conflict.
    RELATED,
    /// A command cannot be sent as it stands any more, so its result is copied.
    DERIVED,
    /// The other site refused the command.
    REFUSED
}
