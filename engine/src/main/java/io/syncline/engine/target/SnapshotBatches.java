package io.syncline.engine.target;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Batches of a snapshot: commands that each write a key of their own and may be applied twice, so
/// that they need no marks and no order. One is filled for each node.
final class SnapshotBatches {
    private final Supplier<Batch> rested;
    private final Map<NodeLane, Batch> filling = new LinkedHashMap<>();
    private int bytes;
    private boolean full;
    private int onTheWay;
    private int repeats;

    /// @param rested gives an empty batch
    SnapshotBatches(Supplier<Batch> rested) {
        this.rested = rested;
    }

    void clear() {
        filling.clear();
        bytes = 0;
        full = false;
        onTheWay = 0;
        repeats = 0;
    }

    /// The batch for the node of a slot.
    Batch open(int slot, NodeLane lane) {
        Batch batch = filling.get(lane);
        if (batch == null) {
            batch = rested.get();
            batch.repeatable = true;
            filling.put(lane, batch);
        }
        if (batch.lastSlot != slot) {
            batch.merger.close();
            batch.lastSlot = slot;
        }
        return batch;
    }

    /// A command was appended to a batch.
    void grown(Batch batch, int more) {
        bytes += more;
        full |= batch.wire.length >= SlotBatches.BATCH_BYTES;
    }

    /// Whether a batch is as large as it should become. What is sent half empty takes as much
    /// memory as what is full.
    boolean isFull() {
        return full;
    }

    /// Bytes that wait.
    int bytes() {
        return bytes;
    }

    /// Whether something that was sent before and not taken still has to be.
    boolean hasRepeats() {
        return repeats > 0;
    }

    /// A batch holds something that was sent before.
    void repeats(Batch batch) {
        repeats += batch.repeated ? 0 : 1;
        batch.repeated = true;
    }

    boolean hasWaiting() {
        return !filling.isEmpty();
    }

    boolean isIdle() {
        return filling.isEmpty() && onTheWay == 0;
    }

    void send(BatchSender sender) {
        for (Map.Entry<NodeLane, Batch> entry : filling.entrySet()) {
            Batch batch = entry.getValue();
            batch.merger.close();
            batch.unit(batch.commandCount, Batch.PLAIN);
            onTheWay++;
            sender.send(batch, entry.getKey());
        }
        filling.clear();
        bytes = 0;
        full = false;
    }

    /// Takes out what was being filled for lanes that are closed by now: it goes to wherever its
    /// slots are.
    List<Batch> orphans() {
        List<Batch> orphans = new ArrayList<>();
        filling.forEach((lane, batch) -> {
            if (!lane.isOpen()) {
                batch.merger.close();
                repeats -= batch.repeated ? 1 : 0;
                orphans.add(batch);
            }
        });
        filling.keySet().removeIf(lane -> !lane.isOpen());
        return orphans;
    }

    /// A batch is off its way; what was not taken is appended anew.
    void arrived(Batch batch) {
        onTheWay--;
        repeats -= batch.repeated ? 1 : 0;
    }
}
