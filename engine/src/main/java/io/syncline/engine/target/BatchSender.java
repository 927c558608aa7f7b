package io.syncline.engine.target;

/// Takes batches on their way.
interface BatchSender {
    /// The lane that serves a slot.
    NodeLane laneOf(int slot);

    /// Whether a lane takes more now; otherwise it is better to gather, for what is sent would only
    /// wait at the node.
    boolean hasRoom(NodeLane lane);

    /// Sends a batch.
    void send(Batch batch, NodeLane lane);
}
