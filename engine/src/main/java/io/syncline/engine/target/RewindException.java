package io.syncline.engine.target;

import org.jspecify.annotations.Nullable;

/// The target stands behind a place that this process had already passed: acknowledged writes were
/// lost in a failover. The stream must be read again from the checkpoint.
public final class RewindException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Checkpoint checkpoint;

    /// Says where the target really stands.
    public RewindException(@Nullable Checkpoint checkpoint) {
        super("the target is behind what it had acknowledged");
        this.checkpoint = checkpoint;
    }

    /// Where the target stands; null when it knows nothing of this task any more.
    public @Nullable Checkpoint checkpoint() {
        return checkpoint;
    }
}
