package io.syncline.engine.link;

/// Where a pipeline stands.
public enum Phase {
    /// Connecting and finding its position.
    STARTING,
    /// Full synchronization.
    SNAPSHOT,
    /// Incremental synchronization.
    STREAMING,
    /// Ended, well or not.
    ENDED
}
