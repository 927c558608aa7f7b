package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The batches of a cluster writer: one filling and one on its way per slot, and how far each slot
/// is.
///
/// Belongs to the applier. Offsets of the stream come in with each command; the floor is the place
/// up to which nothing is missing in any slot.
final class SlotBatches {
    private static final int BATCH_BYTES = 512;
    private static final int BATCH_COMMANDS = 8;
    private static final int NODE_BATCH_BYTES = 64 << 10;

    /// What a slot's batch keeps of a large buffer: there may be two for each of 16384 slots.
    private static final int KEPT_BYTES = 4 << 10;

    private final WriterSettings settings;
    private final @Nullable Batch[] open = new @Nullable Batch[ClusterMap.SLOTS];
    private final @Nullable Batch[] onTheWay = new @Nullable Batch[ClusterMap.SLOTS];
    private final @Nullable Batch[] again = new @Nullable Batch[ClusterMap.SLOTS];
    private final Map<NodeLane, Batch> nodes = new LinkedHashMap<>();
    private final ArrayDeque<Batch> pool = new ArrayDeque<>();
    private final MarkBook marks;
    private final byte[] mark = new byte[SlotMark.LENGTH];
    private final LongAdder appliedCommands = new LongAdder();
    private final LongAdder appliedBytes = new LongAdder();
    private volatile long appliedOffset = -1;

    /// Slots with a batch somewhere, and perhaps some that have none any more.
    private final int[] busy = new int[ClusterMap.SLOTS];

    private final boolean[] isBusy = new boolean[ClusterMap.SLOTS];
    private int busyCount;
    private int[] dirty = new int[1024];
    private int dirtyCount;
    private int travelling;
    private int returned;
    private int nodeBatchesOnTheWay;
    private int repeats;
    private boolean streaming;
    private int openCommands;
    private int openBytes;
    private long heldBytes;
    private int newCommands;
    private int newBytes;
    private long epoch;
    private long passedOffset;
    private int passedDatabase;
    private String passedId = Checkpoint.NO_ID;

    SlotBatches(WriterSettings settings) {
        this.settings = settings;
        this.marks = new MarkBook(settings.keys(), settings.pipeline());
    }

    /// Starts behind a place; nothing is known of any slot.
    ///
    /// @param ofStream whether offsets are a stream's; a snapshot's count commands
    void begin(long ofEpoch, long offset, int database, boolean ofStream) {
        epoch = ofEpoch;
        streaming = ofStream;
        repeats = 0;
        passedOffset = offset;
        passedDatabase = database;
        appliedOffset = offset;
        marks.clear();
        Arrays.fill(open, null);
        Arrays.fill(onTheWay, null);
        Arrays.fill(again, null);
        nodes.clear();
        Arrays.fill(isBusy, false);
        busyCount = 0;
        dirtyCount = 0;
        travelling = 0;
        returned = 0;
        nodeBatchesOnTheWay = 0;
        openCommands = 0;
        openBytes = 0;
        heldBytes = 0;
    }

    long epoch() {
        return epoch;
    }

    boolean isStreaming() {
        return streaming;
    }

    /// Whether something that was sent before and not taken still has to be.
    boolean hasRepeats() {
        return repeats > 0;
    }

    /// How far each slot is.
    MarkBook marks() {
        return marks;
    }

    boolean isApplied(int slot, long offset) {
        return marks.isApplied(slot, offset);
    }

    /// Compares what slots of the target say with what they had acknowledged.
    ///
    /// @param found by slot
    /// @param nodes what their nodes' own floors say
    /// @throws RewindException when acknowledged writes are gone, with the place to read on from
    void requireNothingLost(BitSet slots, SlotMark[] found, NodeFloors nodes)
            throws RewindException {
        if (marks.isLost(slots, found)) {
            throw new RewindException(marks.rewind(slots, found, nodes, floor(null)));
        }
    }

    /// The batch that a slot is filling.
    Batch open(int slot) {
        Batch batch = open[slot];
        if (batch == null) {
            batch = take();
            batch.slot = slot;
            batch.startOffset = passedOffset;
            batch.startDatabase = passedDatabase;
            open[slot] = batch;
            if (dirtyCount == dirty.length) {
                dirty = Arrays.copyOf(dirty, dirtyCount * 2);
            }
            dirty[dirtyCount++] = slot;
            if (!isBusy[slot]) {
                isBusy[slot] = true;
                busy[busyCount++] = slot;
            }
        }
        return batch;
    }

    /// The batch of commands that may be repeated, for the node of a slot.
    Batch openNode(int slot, NodeLane lane) {
        Batch batch = nodes.get(lane);
        if (batch == null) {
            batch = new Batch(settings.merges(), NODE_BATCH_BYTES * 5 / 4, 512);
            batch.startOffset = passedOffset;
            batch.startDatabase = passedDatabase;
            nodes.put(lane, batch);
        }
        if (batch.lastSlot != slot) {
            batch.merger.close();
            batch.lastSlot = slot;
        }
        return batch;
    }

    private Batch take() {
        Batch batch = pool.poll();
        return batch == null ? new Batch(settings.merges(), BATCH_BYTES, BATCH_COMMANDS) : batch;
    }

    /// Nothing was written to a batch that was opened for it.
    void forgetIfEmpty(int slot, Batch batch) {
        if (batch.commandCount == 0 && open[slot] == batch) {
            open[slot] = null;
            dirtyCount--;
            pool.add(batch);
        }
    }

    /// A command was appended.
    void grown(Batch batch, int bytes, Place behind) {
        batch.endOffset = behind.offset;
        openCommands++;
        openBytes += bytes;
        newCommands++;
        newBytes += bytes;
    }

    /// The stream has passed a place: every command up to it was appended.
    void passed(Place behind) {
        if (behind.clean) {
            drainedTo(behind);
        }
    }

    /// The same where all before it is in the target, were it inside a transaction of the source.
    void drainedTo(Place behind) {
        passedOffset = behind.offset;
        passedDatabase = behind.database;
        passedId = behind.replicationId;
    }

    int openCommands() {
        return openCommands;
    }

    int openBytes() {
        return openBytes;
    }

    /// Bytes behind batches that came back, when [#ready] last looked.
    long heldBytes() {
        return heldBytes;
    }

    /// Lets the throttle know what was appended since it was last asked.
    void account(Throttle throttle) {
        throttle.await(newCommands, newBytes);
        newCommands = 0;
        newBytes = 0;
    }

    boolean hasOpen() {
        return dirtyCount > 0 || !nodes.isEmpty() || returned > 0;
    }

    boolean isIdle() {
        return !hasOpen() && travelling == 0 && nodeBatchesOnTheWay == 0;
    }

    // ---- sending ----

    /// Hands over whatever may go now: each slot's batch whose predecessor is answered.
    ///
    /// @param mayRepeat tells of a slot whether what came back may go again
    void ready(BatchSender sender, IntPredicate mayRepeat) {
        for (Map.Entry<NodeLane, Batch> entry : nodes.entrySet()) {
            Batch batch = entry.getValue();
            batch.merger.close();
            batch.unit(batch.commandCount, Batch.PLAIN);
            nodeBatchesOnTheWay++;
            sender.send(batch, entry.getKey());
        }
        nodes.clear();
        if (returned > 0) {
            for (int i = 0; i < busyCount; i++) {
                int slot = busy[i];
                Batch batch = again[slot];
                if (batch != null && mayRepeat.test(slot)) {
                    again[slot] = null;
                    returned--;
                    go(slot, batch, sender);
                }
            }
        }
        int kept = 0;
        openCommands = 0;
        openBytes = 0;
        heldBytes = 0;
        for (int i = 0; i < dirtyCount; i++) {
            int slot = dirty[i];
            Batch batch = open[slot];
            if (batch == null) {
                continue;
            }
            if (onTheWay[slot] == null && again[slot] == null) {
                open[slot] = null;
                finish(batch);
                go(slot, batch, sender);
            } else {
                dirty[kept++] = slot;
                if (again[slot] == null) {
                    openCommands += batch.commandCount;
                    openBytes += batch.wire.length;
                } else {
                    heldBytes += batch.wire.length;
                }
            }
        }
        dirtyCount = kept;
    }

    private void go(int slot, Batch batch, BatchSender sender) {
        onTheWay[slot] = batch;
        travelling++;
        sender.send(batch, null);
    }

    /// Adds the slot's mark: to a run of plain SETs as one more pair, else in a transaction.
    private void finish(Batch batch) {
        int database = batch.databaseBehind(batch.commandCount - 1);
        SlotMark.encode(mark, epoch, batch.endOffset, database);
        marks.begins(batch.slot, batch.startOffset, batch.startDatabase);
        byte[] key = marks.key(batch.slot);
        int start = batch.wire.length;
        boolean joined = batch.merger.appendSet(key, mark);
        if (!joined) {
            batch.beginCommandAt(start);
        }
        batch.endCommand(batch.endOffset, database, true, joined);
        batch.wrapped = batch.commandCount > 1;
        batch.unit(batch.commandCount, batch.wrapped ? 0 : Batch.PLAIN);
    }

    // ---- answers ----

    /// A batch is in the target.
    void applied(Batch batch) {
        if (batch.slot < 0) {
            returnedNode(batch);
            return;
        }
        int slot = batch.slot;
        if (onTheWay[slot] != batch) {
            return;
        }
        onTheWay[slot] = null;
        travelling--;
        repeats -= batch.repeated ? 1 : 0;
        marks.acknowledged(slot, batch.endOffset);
        appliedCommands.add(batch.sourceCommands);
        batch.clear(KEPT_BYTES);
        pool.add(batch);
    }

    /// A slot's batch has to be sent again.
    void returned(Batch batch) {
        int slot = batch.slot;
        if (onTheWay[slot] == batch) {
            onTheWay[slot] = null;
            travelling--;
            again[slot] = batch;
            returned++;
            repeats(batch);
        }
    }

    /// A batch holds something that was sent before.
    void repeats(Batch batch) {
        repeats += batch.repeated ? 0 : 1;
        batch.repeated = true;
    }

    /// A batch of repeatable commands is off its way; what was not taken is appended anew.
    void returnedNode(Batch batch) {
        nodeBatchesOnTheWay--;
        repeats -= batch.repeated ? 1 : 0;
    }

    // ---- how far ----

    /// The place up to which nothing is missing.
    ///
    /// @param place where the stream was read to; null for where it was last seen
    Checkpoint floor(@Nullable Place place) {
        if (place != null) {
            passed(place);
        }
        long offset = passedOffset;
        int database = passedDatabase;
        int kept = 0;
        for (int i = 0; i < busyCount; i++) {
            int slot = busy[i];
            // Oldest first: a slot's batches follow each other.
            Batch batch = onTheWay[slot];
            batch = batch == null ? again[slot] : batch;
            batch = batch == null ? open[slot] : batch;
            if (batch == null) {
                isBusy[slot] = false;
                continue;
            }
            busy[kept++] = slot;
            if (batch.startOffset < offset) {
                offset = batch.startOffset;
                database = batch.startDatabase;
            }
        }
        busyCount = kept;
        if (offset > appliedOffset) {
            appliedBytes.add(offset - appliedOffset);
            appliedOffset = offset;
        }
        return new Checkpoint(
                0,
                Checkpoint.Phase.STREAMING,
                offset,
                database,
                passedId,
                System.currentTimeMillis());
    }

    long appliedOffset() {
        return appliedOffset;
    }

    long appliedCommands() {
        return appliedCommands.sum();
    }

    long appliedBytes() {
        return appliedBytes.sum();
    }
}
