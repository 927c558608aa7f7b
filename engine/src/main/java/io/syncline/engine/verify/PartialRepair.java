package io.syncline.engine.verify;

import org.jspecify.annotations.Nullable;

/// What is under way for a value that is mended in parts, since it is written all the time, or too
/// large to be read at once.
sealed interface PartialRepair permits ElementRepair.Work, ListRepair.Work {
    /// How a round ended.
    enum Round {
        /// Another one is needed, after a pause.
        AGAIN,
        /// Everything that differed and stood still is mended.
        MENDED,
        /// Nothing stood still, or others wrote all the time.
        GIVEN_UP
    }

    /// Whether parts of it can be mended by themselves; null when not.
    static @Nullable PartialRepair of(Suspect suspect) {
        Look look = suspect.lastLook();
        ValueType type = look.source().type();
        if (look.target().type() != type
                || suspect.lastDifference().kind() != Difference.Kind.VALUE) {
            return null;
        }
        return switch (type) {
            case HASH, SET, ZSET -> new ElementRepair.Work(type);
            case LIST -> new ListRepair.Work();
            case NONE, STRING, STREAM, MODULE -> null;
        };
    }
}
