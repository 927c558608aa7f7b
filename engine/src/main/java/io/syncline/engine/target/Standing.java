package io.syncline.engine.target;

import io.syncline.engine.net.Backoff;
import java.io.IOException;
import java.util.BitSet;

/// How far a cluster target is, by its own words: the slots' marks and the nodes' floors.
final class Standing {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final SlotBatches batches;
    private final FloorKeeper floor;
    private final NodeLanes nodes;
    private final Runnable reconnect;

    /// @param reconnect sees to it that every slot has a lane to where it is
    Standing(
            WriterSettings settings,
            TargetDialer dialer,
            SlotBatches batches,
            FloorKeeper floor,
            NodeLanes nodes,
            Runnable reconnect) {
        this.settings = settings;
        this.dialer = dialer;
        this.batches = batches;
        this.floor = floor;
        this.nodes = nodes;
        this.reconnect = reconnect;
    }

    /// A question to the nodes.
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws IOException;
    }

    private <T> T answer(Question<T> question) {
        Backoff backoff = dialer.backoff();
        while (true) {
            try {
                T answer = question.ask();
                dialer.recovered(backoff);
                return answer;
            } catch (IOException e) {
                dialer.pause(backoff, e);
                reconnect.run();
            }
        }
    }

    /// Takes over how far slots are.
    ///
    /// @param book says whose marks count
    /// @param from where the stream is read from; it is quiet no more where a slot is further
    void readMarks(ClusterSlotBook book, Place from) {
        BitSet marked = book.marked(settings.written());
        BitSet whole = book.whole(settings.written());
        SlotMark[] found = answer(() -> nodes.marks(marked, batches.epoch(), true));
        NodeFloors floors = answer(this::floors);
        for (int slot = 0; slot < found.length; slot++) {
            if (found[slot].offset() != SlotMark.NONE) {
                batches.marks().found(slot, found[slot].offset());
            }
            if (whole.get(slot)) {
                batches.marks().covered(slot, floors.of(slot).offset());
            }
        }
        if (batches.marks().reachesBeyond(from.offset)) {
            from.quietFrom = from.offset;
        }
    }

    private NodeFloors floors() throws IOException {
        Floor recorded = floor.recorded();
        return recorded == null
                ? NodeFloors.NONE
                : new NodeFloorReader(settings, floor.epoch()).read(recorded, nodes);
    }

    /// The floors that the nodes show now.
    ///
    /// @throws RewindException when a node has lost even that, and with it anything, back to the
    ///   snapshot
    NodeFloors floorsOfAll() throws IOException, RewindException {
        NodeFloors floors = floors();
        if (floors.isMissing()) {
            throw new RewindException(null);
        }
        return floors;
    }

    /// Makes sure that no node is behind the floor that was found.
    ///
    /// @throws RewindException with the place where they all are; null when one knows nothing
    void requireNoneBehind(Checkpoint found) throws RewindException {
        NodeFloors floors = answer(this::floors);
        if (floors.isMissing()) {
            throw new RewindException(null);
        }
        Checkpoint from = floors.resume(found);
        if (from.offset() < found.offset()) {
            throw new RewindException(from);
        }
    }
}
