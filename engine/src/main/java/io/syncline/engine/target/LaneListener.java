package io.syncline.engine.target;

/// Hears from a lane, on the lane's reading thread; must not block.
interface LaneListener {
    /// All of a batch is answered, and applied save for what was refused or discarded.
    void applied(Batch batch);

    /// The lane has let go of an answered batch: it may be filled again.
    void released(Batch batch);

    /// A command failed by itself, its neighbours did not.
    void refused(Batch batch, int command, String error);

    /// Whether the lane may go on behind a unit that was discarded as a whole, or behind a plain
    /// command that failed. Where each batch follows the one before, it may not.
    boolean livesWith(LaneFault fault);

    /// A unit of a batch was discarded as a whole, and the lane goes on with the next one.
    void discarded(Batch batch, int unit, LaneFault why);

    /// Something happened that the lane's owner should look at.
    void wake();
}
