package io.syncline.engine.target;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.resp.ErrorKind;
import org.jspecify.annotations.Nullable;

/// Why a lane stopped. Nothing behind the batch it names took effect, as far as its guard reaches;
/// the checkpoint in the target tells exactly.
///
/// @param kind what to do about it
/// @param batch the batch that was not applied; null when the connection broke in between
/// @param command index of the command in the batch that was refused; -1 when it was no command
/// @param text the server's or the system's words
/// @param sinceNanos since when it stands: for a node that hangs, since it is waited for
record LaneFault(Kind kind, @Nullable Batch batch, int command, String text, long sinceNanos) {
    LaneFault {
        requireNonNull(kind, "kind is null");
        requireNonNull(text, "text is null");
    }

    /// One that was met at once.
    LaneFault(Kind kind, @Nullable Batch batch, int command, String text) {
        this(kind, batch, command, text, System.nanoTime());
    }

    enum Kind {
        /// The connection broke or went silent.
        LOST,
        /// The node cannot take writes now (OOM, READONLY, LOADING, ...).
        NOT_NOW,
        /// The guard found another checkpoint than the one this batch follows.
        CHAIN_BROKEN,
        /// A command that this node will never take.
        REFUSED,
        /// The slot is elsewhere.
        MOVED,
        /// Bytes that are no answer to what was sent.
        PROTOCOL
    }

    /// The same of a batch that begins with the given command of this one's.
    LaneFault within(Batch part, int first) {
        return new LaneFault(kind, part, command < 0 ? command : command - first, text, sinceNanos);
    }

    static Kind kindOf(String error) {
        ErrorKind kind = ErrorKind.of(error);
        return switch (kind.remedy()) {
            case RETRY -> Kind.NOT_NOW;
            case REDIRECT -> kind == ErrorKind.READONLY ? Kind.NOT_NOW : Kind.MOVED;
            case CAUSE, OPERATOR, NONE -> Kind.REFUSED;
        };
    }
}
