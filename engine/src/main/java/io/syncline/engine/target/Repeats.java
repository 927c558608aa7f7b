package io.syncline.engine.target;

import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandView;
import java.util.ArrayDeque;
import java.util.Arrays;

/// Commands of a snapshot that a node did not take and that wait to be sent again, to wherever
/// their slots are then. The order among them does not matter: each writes a key of its own.
final class Repeats {
    private final SnapshotBatches batches;
    private final NodeLanes nodes;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private long bytes;

    Repeats(SnapshotBatches batches, NodeLanes nodes) {
        this.batches = batches;
        this.nodes = nodes;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    void clear() {
        waiting.clear();
        bytes = 0;
    }

    void add(byte[] command) {
        waiting.add(command);
        bytes += command.length;
    }

    /// Adds every command of a batch.
    void addAll(Batch batch) {
        for (int i = 0; i < batch.commandCount; i++) {
            CommandView view = BatchSurgery.view(batch, i);
            add(Arrays.copyOfRange(view.buffer, view.start, view.end));
        }
    }

    /// Puts all of them into batches again.
    void appendAll() {
        for (byte[] command = waiting.poll(); command != null; command = waiting.poll()) {
            bytes -= command.length;
            append(command);
        }
    }

    private void append(byte[] command) {
        CommandView view = BatchSurgery.parse(command);
        CommandSpec spec = CommandTable.standard().find(view);
        int slot = Slots.of(view.argument(1));
        Batch to = batches.open(slot, nodes.of(slot));
        to.merger.close();
        to.beginCommand();
        view.copyTo(to.wire);
        to.endCommand(to.startOffset, 0, true, spec.name().equals("MSET"));
        batches.repeats(to);
    }
}
