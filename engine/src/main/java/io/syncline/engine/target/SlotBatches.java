package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.Merger;
import io.syncline.engine.resp.CommandView;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The batches of a cluster writer: what waits per slot, what is on its way, and how far each slot
/// is.
///
/// A slot is *free*, *sent* or *back*. What waits of a free slot is due: it goes with the next
/// batch to its node, as a unit with the slot's mark. Until that unit is answered the slot gathers,
/// so the busier the stream, the larger the units and the fewer the marks. A unit that came back
/// goes before anything else of its slot.
///
/// Belongs to the applier. The floor is the place up to which nothing is missing in any slot.
final class SlotBatches {
    /// A batch is sent when it has grown so far: one write, one look at the answers for all of it.
    static final int BATCH_BYTES = 64 << 10;

    private static final byte FREE = 0;
    private static final byte SENT = 1;
    private static final byte BACK = 2;

    private final WriterSettings settings;
    private final Gathering gathering;
    private final MarkBook marks;
    private final SlotLog log;
    private final SlotUnits units;
    private final SlotQueue due = new SlotQueue();
    private final Map<NodeLane, Batch> filling = new LinkedHashMap<>();
    private final ReturnedUnits back = new ReturnedUnits();
    private final BatchPool pool;
    private final SnapshotBatches snapshot;
    private final LongAdder appliedCommands = new LongAdder();
    private final LongAdder appliedBytes = new LongAdder();
    private final byte[] states = new byte[ClusterMap.SLOTS];
    private final SlotStarts starts = new SlotStarts();
    private volatile long appliedOffset = -1;
    private int sent;
    private int dueBytes;
    private int fullAt;
    private boolean streaming;
    private int newCommands;
    private int newBytes;
    private long epoch;
    private long passedOffset;
    private int passedDatabase;
    private String passedId = Checkpoint.NO_ID;
    private long passedQuiet;

    SlotBatches(WriterSettings settings) {
        this.settings = settings;
        this.gathering = Gathering.of(settings.windowBytes());
        this.log = new SlotLog(4 * gathering.most());
        this.marks = new MarkBook(settings.keys(), settings.pipeline());
        // Where all is one slot's, a unit is all that waits, and its guard.
        this.pool = new BatchPool(settings.merges(), 4 * gathering.least());
        this.snapshot = new SnapshotBatches(pool::take);
        this.units = new SlotUnits(settings.merges().sets(), marks);
    }

    /// Starts behind a place; nothing is known of any slot.
    ///
    /// @param ofStream whether offsets are a stream's; a snapshot's count commands
    void begin(long ofEpoch, Place from, boolean ofStream) {
        epoch = ofEpoch;
        streaming = ofStream;
        drainedTo(from);
        appliedOffset = from.offset;
        marks.clear();
        log.clear();
        due.clear();
        snapshot.clear();
        back.clear();
        Arrays.fill(states, FREE);
        starts.clear();
        sent = 0;
        dueBytes = 0;
    }

    long epoch() {
        return epoch;
    }

    boolean isStreaming() {
        return streaming;
    }

    /// Whether something that was sent before and not taken still has to be.
    boolean hasRepeats() {
        return back.hasRepeats() || snapshot.hasRepeats();
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

    // ---- appending ----

    /// Appends a command to what waits of its slot.
    void append(int slot, CommandView command, CommandSpec spec, Place behind) {
        waits(slot);
        log.append(slot, command, Merger.kindOf(command, spec, settings.merges()), behind);
        grown(slot, command.length());
    }

    /// The buffer for commands to be written in place; see [SlotLog#open].
    ByteBuilder open(int expected) {
        return log.open(expected);
    }

    /// A command was written to that buffer; see [SlotLog#written].
    void written(int slot, int start, int end, boolean last, Place behind) {
        waits(slot);
        log.written(slot, start, end, last, behind);
        grown(slot, end - start);
    }

    private void waits(int slot) {
        if (log.isEmpty(slot)) {
            starts.waits(slot, passedOffset, passedDatabase);
            if (states[slot] == FREE) {
                isDue(slot);
            }
        }
    }

    private void grown(int slot, int bytes) {
        newCommands++;
        newBytes += bytes;
        if (states[slot] == FREE) {
            dueBytes += bytes;
        } else if (states[slot] == BACK) {
            back.held(bytes);
        }
    }

    /// What waits of a free slot is the oldest that is not answered.
    private void isDue(int slot) {
        starts.answered(slot);
        due.add(slot);
        dueBytes += log.bytes(slot);
    }

    /// Batches of a snapshot.
    SnapshotBatches ofSnapshot() {
        return snapshot;
    }

    /// A command was appended to one of them.
    void grownSnapshot(Batch batch, int bytes) {
        snapshot.grown(batch, bytes);
        newCommands++;
        newBytes += bytes;
    }

    /// The stream has passed a place: every command up to it was appended.
    void passed(Place behind) {
        if (behind.clean) {
            drainedTo(behind);
        }
    }

    /// The same where all before it is in the target, even amid a transaction.
    void drainedTo(Place behind) {
        passedOffset = behind.offset;
        passedDatabase = behind.database;
        passedId = behind.replicationId;
        passedQuiet = behind.quietFrom;
    }

    /// Bytes that wait, save for those behind units that came back.
    long waitingBytes() {
        return log.waitingBytes() - back.heldBytes() + snapshot.bytes();
    }

    /// Bytes that wait behind units that came back.
    long heldBytes() {
        return back.heldBytes();
    }

    /// Bytes that may wait: beyond this the stream waits for answers.
    int waitingLimit() {
        return 2 * gathering.bytes(log.waitingSlots());
    }

    /// Whether what waits for no answer is enough to be sent at once.
    boolean isGathered() {
        return dueBytes >= gathering.bytes(due.size());
    }

    /// Whether so much may go that it should, although more of the stream is there to be gathered.
    boolean isFull() {
        return (dueBytes >= fullAt && isGathered())
                || snapshot.isFull()
                || settings.throttle().isTurn(newCommands, newBytes);
    }

    /// Lets the throttle know what was appended since it was last asked.
    void account(Throttle throttle) {
        throttle.await(newCommands, newBytes);
        newCommands = 0;
        newBytes = 0;
    }

    boolean hasWaiting() {
        return !log.isEmpty() || snapshot.hasWaiting() || !back.isEmpty();
    }

    boolean isIdle() {
        return !hasWaiting() && sent == 0 && snapshot.isIdle();
    }

    /// Whether everything for these slots is in the target.
    boolean isSettled(BitSet slots) {
        return slots.stream().allMatch(slot -> states[slot] == FREE && log.isEmpty(slot));
    }

    // ---- sending ----

    /// Hands over whatever may go now: a unit of each slot whose last one is answered.
    ///
    /// @param mayRepeat tells of a slot whether what came back may go again
    void ready(BatchSender sender, IntPredicate mayRepeat) {
        snapshot.send(sender);
        for (Batch one : back.take(mayRepeat)) {
            int slot = one.slots[0];
            back.held(-log.bytes(slot));
            NodeLane lane = sender.laneOf(slot);
            Batch to = filling(lane);
            SlotUnits.putIn(one, to);
            goes(slot, to, lane, sender);
        }
        NodeLane full = null;
        for (int left = due.size(); left > 0; left--) {
            int slot = due.remove();
            NodeLane lane = sender.laneOf(slot);
            if (lane == full || (!filling.containsKey(lane) && !sender.hasRoom(lane))) {
                full = lane;
                due.add(slot);
                continue;
            }
            Batch to = filling(lane);
            dueBytes -= log.bytes(slot);
            marks.begins(slot, starts.offset(slot), starts.database(slot));
            units.write(log, slot, epoch, to);
            goes(slot, to, lane, sender);
        }
        for (Map.Entry<NodeLane, Batch> entry : filling.entrySet()) {
            sender.send(entry.getValue(), entry.getKey());
        }
        filling.clear();
        // What stays has to wait for answers.
        fullAt = dueBytes + BATCH_BYTES;
    }

    private Batch filling(NodeLane lane) {
        Batch batch = filling.get(lane);
        if (batch == null) {
            batch = pool.take();
            // Before all that can be in it.
            batch.startOffset = appliedOffset;
            filling.put(lane, batch);
        }
        return batch;
    }

    /// A slot's unit is in a batch.
    private void goes(int slot, Batch batch, NodeLane lane, BatchSender sender) {
        states[slot] = SENT;
        sent++;
        if (batch.wire.length >= BATCH_BYTES) {
            filling.remove(lane);
            sender.send(batch, lane);
        }
    }

    // ---- answers ----

    /// A batch is answered: what was not taken out of it is in the target.
    void applied(Batch batch) {
        if (batch.repeatable) {
            snapshot.arrived(batch);
        } else {
            int behind = 0;
            for (int unit = 0; unit < batch.unitCount; unit++) {
                behind += batch.units[unit] & Batch.COUNT_MASK;
                if (batch.slots[unit] != Batch.TAKEN) {
                    applied(batch.slots[unit], batch.offsetBehind(behind - 1));
                }
            }
            appliedCommands.add(batch.sourceCommands);
        }
        pool.add(batch);
    }

    private void applied(int slot, long offset) {
        states[slot] = FREE;
        sent--;
        back.applied(slot);
        marks.acknowledged(slot, offset);
        if (log.isEmpty(slot)) {
            starts.settled(slot);
        } else {
            isDue(slot);
        }
    }

    /// Takes a unit that a node discarded out of its batch; it is still on its way until it is said
    /// to be [#returned].
    Batch takeOut(Batch batch, int unit) {
        return SlotUnits.takeOut(batch, unit, starts.offset(batch.slots[unit]));
    }

    /// A unit that was taken out has to be sent again.
    void returned(Batch one) {
        int slot = one.slots[0];
        states[slot] = BACK;
        sent--;
        back.add(one, log.bytes(slot));
    }

    /// Finds out by the slots' marks which units of a batch took effect; the others have to be sent
    /// again.
    void sort(Batch batch, SlotMark[] found) {
        int behind = 0;
        for (int unit = 0; unit < batch.unitCount; unit++) {
            behind += batch.units[unit] & Batch.COUNT_MASK;
            int slot = batch.slots[unit];
            if (slot != Batch.TAKEN && found[slot].offset() < batch.offsetBehind(behind - 1)) {
                returned(takeOut(batch, unit));
            }
        }
        applied(batch);
    }

    // ---- how far ----

    /// The place up to which nothing is missing.
    ///
    /// @param place where the stream was read to; null for where it was last seen
    Checkpoint floor(@Nullable Place place) {
        if (place != null) {
            passed(place);
        }
        int last = starts.last(passedOffset);
        long offset = last < 0 ? passedOffset : starts.offset(last);
        int database = last < 0 ? passedDatabase : starts.database(last);
        if (offset > appliedOffset) {
            appliedBytes.add(offset - appliedOffset);
            appliedOffset = offset;
        }
        boolean all = last < 0 && !marks.reachesBeyond(offset);
        return Checkpoint.streaming(0, offset, database, passedId)
                .quietFrom(all ? Math.min(offset, passedQuiet) : offset);
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
