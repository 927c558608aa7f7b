package io.syncline.engine.target;

/// Hears from a lane, on the lane's reading thread; must not block.
interface LaneListener {
    /// All of a batch was applied.
    void applied(Batch batch);

    /// The lane has let go of an applied batch: it may be filled again.
    void released(Batch batch);

    /// A command inside an applied batch failed by itself, alone.
    void refused(Batch batch, int command, String error);

    /// Something happened that the lane's owner should look at.
    void wake();
}
