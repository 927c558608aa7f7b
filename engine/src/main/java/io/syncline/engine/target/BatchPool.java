package io.syncline.engine.target;

import io.syncline.engine.command.Merger;
import java.util.ArrayDeque;

/// Batches of slots at rest.
///
/// Where few slots are written, units are large, and large buffers made anew for each unit are the
/// garbage that a heap grows by: so they are kept, within bounds.
final class BatchPool {
    private static final int KEPT_BYTES = 4 * SlotBatches.BATCH_BYTES;

    private final Merger.Rules rules;
    private final int limit;
    private final ArrayDeque<Batch> rested = new ArrayDeque<>();
    private int bytes;

    /// @param limit bytes of all buffers up to which large ones are kept
    BatchPool(Merger.Rules rules, int limit) {
        this.rules = rules;
        this.limit = limit;
    }

    Batch take() {
        Batch batch = rested.poll();
        if (batch == null) {
            return Batch.ofSlots(rules);
        }
        bytes -= batch.wire.array.length;
        return batch;
    }

    void add(Batch batch) {
        int now = batch.wire.array.length;
        batch.clear(now <= limit - bytes ? now : KEPT_BYTES);
        bytes += batch.wire.array.length;
        rested.add(batch);
    }
}
