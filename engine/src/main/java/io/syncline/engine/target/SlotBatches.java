package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.Slots;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
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
    private final long[] skipUntil = new long[ClusterMap.SLOTS];
    private final long[] acknowledged = new long[ClusterMap.SLOTS];

    /// Where each slot's first mark of this run began: what to go back to when that is lost.
    private final @Nullable SlotMark[] firsts = new @Nullable SlotMark[ClusterMap.SLOTS];

    private final byte[][] markKeys = new byte[ClusterMap.SLOTS][];
    private final byte[] mark = new byte[SlotMark.LENGTH];
    private final LongAdder appliedCommands = new LongAdder();
    private final LongAdder appliedBytes = new LongAdder();
    private volatile long appliedOffset = -1;

    private int[] dirty = new int[1024];
    private int dirtyCount;
    private int travelling;
    private int returned;
    private int nodeBatchesOnTheWay;
    private int repeats;
    private boolean streaming;
    private int openCommands;
    private int openBytes;
    private int newCommands;
    private int newBytes;
    private long epoch;
    private long passedOffset;
    private int passedDatabase;
    private String passedId = Checkpoint.NO_ID;
    private long skipEnd;

    SlotBatches(WriterSettings settings) {
        this.settings = settings;
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
        skipEnd = -1;
        appliedOffset = offset;
        Arrays.fill(skipUntil, SlotMark.NONE);
        Arrays.fill(acknowledged, SlotMark.NONE);
        Arrays.fill(firsts, null);
        Arrays.fill(open, null);
        Arrays.fill(onTheWay, null);
        Arrays.fill(again, null);
        nodes.clear();
        dirtyCount = 0;
        travelling = 0;
        returned = 0;
        nodeBatchesOnTheWay = 0;
        openCommands = 0;
        openBytes = 0;
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

    /// A slot's mark was found: commands up to there are in the target.
    void found(int slot, long offset) {
        skipUntil[slot] = offset;
        acknowledged[slot] = offset;
        skipEnd = Math.max(skipEnd, offset);
    }

    boolean isApplied(int slot, long offset) {
        return offset <= skipEnd && offset <= skipUntil[slot];
    }

    /// How far a slot is known to be; [SlotMark#NONE] when nothing of this epoch was written.
    long acknowledged(int slot) {
        return acknowledged[slot];
    }

    /// Where a slot has to be read from when its target says this mark; null when nobody knows.
    @Nullable SlotMark from(int slot, SlotMark found) {
        return found.offset() != SlotMark.NONE ? found : firsts[slot];
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

    /// Commands appended since this was last asked.
    int newCommands() {
        int commands = newCommands;
        newCommands = 0;
        return commands;
    }

    /// Bytes appended since this was last asked.
    int newBytes() {
        int bytes = newBytes;
        newBytes = 0;
        return bytes;
    }

    boolean hasOpen() {
        return dirtyCount > 0 || !nodes.isEmpty() || returned > 0;
    }

    boolean isIdle() {
        return !hasOpen() && travelling == 0 && nodeBatchesOnTheWay == 0;
    }

    // ---- sending ----

    /// Hands over whatever may go now: each slot's batch whose predecessor is answered.
    void ready(Sender sender, boolean repeatReturned) {
        for (Map.Entry<NodeLane, Batch> entry : nodes.entrySet()) {
            Batch batch = entry.getValue();
            batch.merger.close();
            batch.unit(batch.commandCount, Batch.PLAIN);
            nodeBatchesOnTheWay++;
            sender.send(batch, entry.getKey());
        }
        nodes.clear();
        if (returned > 0 && repeatReturned) {
            for (int slot = 0; slot < again.length; slot++) {
                Batch batch = again[slot];
                if (batch != null) {
                    again[slot] = null;
                    returned--;
                    go(slot, batch, sender);
                }
            }
        }
        int kept = 0;
        openCommands = 0;
        openBytes = 0;
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
                openCommands += batch.commandCount;
                openBytes += batch.wire.length;
            }
        }
        dirtyCount = kept;
    }

    /// Takes a batch on its way.
    @FunctionalInterface
    interface Sender {
        /// Stages a batch.
        ///
        /// @param lane null: that of the batch's slot
        void send(Batch batch, @Nullable NodeLane lane);
    }

    private void go(int slot, Batch batch, Sender sender) {
        onTheWay[slot] = batch;
        travelling++;
        sender.send(batch, null);
    }

    /// Adds the slot's mark: to a run of plain SETs as one more pair, else in a transaction.
    private void finish(Batch batch) {
        int database = batch.databaseBehind(batch.commandCount - 1);
        SlotMark.encode(mark, epoch, batch.endOffset, database);
        if (acknowledged[batch.slot] == SlotMark.NONE && firsts[batch.slot] == null) {
            firsts[batch.slot] = new SlotMark(batch.startOffset, batch.startDatabase);
        }
        byte[] key = markKey(batch.slot);
        int start = batch.wire.length;
        boolean joined = batch.merger.appendSet(key, mark);
        if (!joined) {
            batch.beginCommandAt(start);
        }
        batch.endCommand(batch.endOffset, database, true, joined);
        batch.wrapped = batch.commandCount > 1;
        batch.unit(batch.commandCount, batch.wrapped ? 0 : Batch.PLAIN);
    }

    private byte[] markKey(int slot) {
        byte[] key = markKeys[slot];
        if (key == null) {
            key = settings.keys().mark(settings.pipeline(), Slots.tag(slot));
            markKeys[slot] = key;
        }
        return key;
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
        acknowledged[slot] = batch.endOffset;
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
        for (Batch[] batches : all()) {
            for (Batch batch : batches) {
                if (batch != null && batch.startOffset < offset) {
                    offset = batch.startOffset;
                    database = batch.startDatabase;
                }
            }
        }
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

    private @Nullable Batch[][] all() {
        return new @Nullable Batch[][] {open, onTheWay, again};
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
