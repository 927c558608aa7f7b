package io.syncline.engine.target;

import org.jspecify.annotations.Nullable;

/// The target stands behind a place that this process had already passed: acknowledged writes were
/// lost in a failover, and the stream must be read again from the checkpoint. Or something is
/// missing there that the stream does not tell, and a snapshot must be taken.
public final class RewindException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Checkpoint checkpoint;
    private final String missing;

    /// Says where the target really stands.
    public RewindException(@Nullable Checkpoint checkpoint) {
        this("the target is behind what it had acknowledged", checkpoint, "");
    }

    private RewindException(String message, @Nullable Checkpoint checkpoint, String missing) {
        super(message);
        this.checkpoint = checkpoint;
        this.missing = missing;
    }

    /// Says why a snapshot must be taken, though no position was lost.
    public static RewindException missing(String reason) {
        return new RewindException(reason, null, reason);
    }

    /// Where the target stands; null when it knows nothing of this task any more.
    public @Nullable Checkpoint checkpoint() {
        return checkpoint;
    }

    /// Why a snapshot must be taken; empty when a position is the matter.
    public String missing() {
        return missing;
    }
}
