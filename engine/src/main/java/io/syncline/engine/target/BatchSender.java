package io.syncline.engine.target;

import org.jspecify.annotations.Nullable;

/// Takes batches on their way.
@FunctionalInterface
interface BatchSender {
    /// Stages a batch.
    ///
    /// @param lane null: that of the batch's slot
    void send(Batch batch, @Nullable NodeLane lane);
}
