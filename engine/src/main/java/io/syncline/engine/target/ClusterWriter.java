package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import java.io.IOException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Writes to a cluster.
///
/// A transaction of a cluster must stay in one slot, so what goes to a node is a row of *units*,
/// each one slot's commands and a mark of its own in that slot: data and mark are applied together
/// or not at all. A slot's next unit waits for the answer to the one before and grows meanwhile;
/// the busier the stream, the larger the units. Plain SETs of a slot and its mark are one MSET. The
/// *floor*, one key per pipeline, says where to read from after a crash; commands at or below their
/// slot's mark are skipped then.
///
/// Order is kept per slot, hence per key. Transactions of the source stay whole per slot.
public final class ClusterWriter implements TargetWriter {
    /// What slots on their way to another node may collect before the stream waits for them: a
    /// fifth of the memory that the whole process should need.
    private static final int HELD_LIMIT_BYTES = 64 << 20;

    /// The floor is found by a look at every slot, so not at every batch.
    private static final long FLOOR_NANOS = 5_000_000;

    private final WriterSettings settings;
    private final SlotRouter router;
    private final SlotBatches batches;
    private final FloorKeeper floor;
    private final ClusterLanes lanes;
    private final ClusterBarrier barrier;
    private final ClusterRefusals refusals;
    private final Slotwise slotwise;
    private final CoLocation together;
    private final ByteBuilder several = new ByteBuilder(256);
    private final ClusterSlotBook slots;
    private final CommandParser parser = new CommandParser();
    private final CommandView rewritten = new CommandView();
    private boolean streaming;

    /// All is in the target, the floor too, no mark says more, and nothing was appended since.
    private boolean settled;

    /// [#several] holds what is being written instead of a command over several slots.
    private boolean severalOpen;

    private @Nullable ByteBuilder open;
    private @Nullable Batch openBatch;
    private int openedAt;
    private int openSlot;
    private long floorNanos;

    public ClusterWriter(WriterSettings settings) {
        this.settings = settings;
        TargetDialer dialer = new TargetDialer(settings);
        router = new SlotRouter();
        batches = new SlotBatches(settings);
        floor = new FloorKeeper(settings, dialer);
        lanes = new ClusterLanes(settings, dialer, batches, floor);
        barrier = new ClusterBarrier(settings, dialer);
        refusals = new ClusterRefusals(settings, floor, lanes);
        slotwise = new Slotwise(batches, lanes, floor, refusals, settings.markedSnapshot());
        together = new CoLocation(settings, dialer, batches, lanes, slotwise);
        slots = new ClusterSlotBook(settings, dialer, this, floor, batches, barrier);
    }

    // ---- starting ----

    @Override
    public @Nullable Checkpoint takeOver(long first) throws RewindException {
        Checkpoint found = floor.takeOver(first);
        lanes.connectAll();
        if (found != null && floor.recorded() != null) {
            lanes.standing().requireNoneBehind(found);
        }
        return found;
    }

    @Override
    public void beginSnapshot() {
        lanes.settle();
        streaming = false;
        settled = false;
        together.clear();
        batches.begin(floor.beginSnapshot(), new Place(), false);
    }

    @Override
    public void beginStreaming(Place from, boolean fresh) throws RewindException {
        settled = false;
        Checkpoint start = floor.at(from);
        if (fresh) {
            if (streaming) {
                lanes.settle();
            }
            floor.beginEpoch();
            // By the lanes that wrote the snapshot: a node that is gone has taken it along.
            lanes.writeFloor(start);
        } else if (floor.recorded() == null) {
            floor.writeAlone(start);
        }
        lanes.settle();
        batches.begin(floor.epoch(), from, true);
        if (fresh) {
            lanes.standing().requireNoneBehind(start);
        } else {
            lanes.standing().readMarks(slots, from);
        }
        streaming = true;
    }

    // ---- writing ----

    @Override
    public void append(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        if (database != 0) {
            refusals.refuse(
                    Refusal.of(command, behind.offset, database, TargetErrors.ONE_DATABASE));
            batches.passed(behind);
            return;
        }
        route(command, spec, behind);
        batches.passed(behind);
        sendIfFull(command.length(), behind);
    }

    private void route(CommandView command, CommandSpec spec, Place behind) throws RewindException {
        int slot = router.slotOf(command, spec);
        if (slot >= 0) {
            slotwise.append(slot, command, spec, behind);
        } else {
            settled = false;
            together.apply(command, spec, behind);
        }
    }

    @Override
    public @Nullable ByteBuilder open(
            int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        if (database != 0) {
            return null;
        }
        int slot = router.slotOf(command, spec);
        if (slot < 0) {
            several.clear();
            severalOpen = !CrossSlot.isCoLocated(command, spec);
            return severalOpen ? several : null;
        }
        return batches.isApplied(slot, behind.offset) ? null : openIn(null, slot, command.length());
    }

    @Override
    public ByteBuilder open(int database, ByteSlice key, boolean repeatable, Place behind)
            throws RewindException {
        if (database != 0) {
            throw TargetErrors.oneDatabase(lanes.place(), database);
        }
        int slot = Slots.of(key.array, key.offset, key.length);
        boolean whole = repeatable && !streaming && !settings.markedSnapshot();
        return openIn(whole ? batches.ofSnapshot().open(slot, lanes.laneOf(slot)) : null, slot, 0);
    }

    /// @param batch of a snapshot; null for what waits
    private ByteBuilder openIn(@Nullable Batch batch, int slot, int expected) {
        ByteBuilder to = batch != null ? batch.wire : batches.open(expected);
        open = to;
        openBatch = batch;
        openSlot = slot;
        openedAt = to.length;
        return to;
    }

    @Override
    public void close(int commands, Place behind) throws RewindException {
        if (severalOpen) {
            closeSeveral(commands, behind);
            return;
        }
        ByteBuilder to = open;
        open = null;
        if (to == null || commands == 0) {
            return;
        }
        Batch batch = openBatch;
        if (batch != null) {
            batch.merger.close();
        }
        int from = openedAt;
        for (int i = 0; i < commands; i++) {
            boolean last = i == commands - 1;
            int end = to.length;
            if (!last) {
                parser.parse(to.array, from, end, rewritten);
                end = rewritten.end;
            }
            if (batch != null) {
                batch.beginCommandAt(from);
                batch.endCommand(behind.offset, behind.database, behind.clean && last, false);
            } else {
                batches.written(openSlot, from, end, last, behind);
            }
            from = end;
        }
        rewritten.forget();
        if (batch != null) {
            batches.grownSnapshot(batch, to.length - openedAt);
        }
        batches.passed(behind);
        sendIfFull(streaming ? to.length - openedAt : 0, behind);
        if (!streaming && batch == null) {
            slotwise.chunk(openSlot, from - openedAt);
        }
    }

    private void closeSeveral(int commands, Place behind) throws RewindException {
        severalOpen = false;
        if (commands == 0) {
            return;
        }
        for (int at = 0, i = 0; i < commands; i++, at = rewritten.end) {
            parser.parse(several.array, at, several.length, rewritten);
            route(rewritten, CommandTable.standard().find(rewritten), behind);
        }
        batches.passed(behind);
        sendIfFull(0, behind);
    }

    private void sendIfFull(int length, Place behind) throws RewindException {
        boolean mayGo = behind.clean && length <= HUGE_BYTES;
        if (mayGo && (batches.isFull() || isOverfull())) {
            sendReady(behind);
            while (isOverfull()) {
                lanes.awaitAnswers();
                sendReady(behind);
            }
        }
    }

    private boolean isOverfull() {
        return batches.waitingBytes() + lanes.waitingBytes() >= batches.waitingLimit()
                || batches.heldBytes() >= HELD_LIMIT_BYTES;
    }

    private void sendReady(Place place) throws RewindException {
        lanes.check();
        refusals.takeAnswered();
        batches.account(settings.throttle());
        settled = false;
        lanes.sendReady();
        floor.check();
        long now = System.nanoTime();
        if (streaming && now - floorNanos > FLOOR_NANOS) {
            floorNanos = now;
            lanes.offerFloor(batches.floor(place));
        }
    }

    @Override
    public void endTransaction(Place behind) throws RewindException {
        batches.passed(behind);
        sendIfFull(0, behind);
    }

    @Override
    public void flush(Place place) throws RewindException {
        if (place.clean && (batches.hasWaiting() || !lanes.isIdle())) {
            sendReady(place);
        }
    }

    @Override
    public void checkpoint(Place place) throws RewindException {
        if (place.clean) {
            batches.passed(place);
            sendReady(place);
        }
    }

    // ---- what concerns every node ----

    @Override
    public void flushDatabases(
            int database, CommandView command, CommandSpec spec, IntPredicate among, Place behind)
            throws RewindException, IOException {
        if (spec.kind() == CommandKind.SWAPDB) {
            refusals.refuse(Refusal.of(command, behind.offset, 0, TargetErrors.ONE_DATABASE));
        }
        if (spec.kind() == CommandKind.SWAPDB
                || (spec.kind() == CommandKind.FLUSHDB && database != 0)) {
            batches.passed(behind);
            return;
        }
        drain();
        barrier.deleteKeys(among, slot -> !batches.isApplied(slot, behind.offset));
        // Inside a transaction of the source, too: all before it is in the target.
        batches.drainedTo(behind);
        // At once: the flush, read again, would delete what came behind it.
        lanes.writeFloor(batches.floor(null));
    }

    @Override
    public void broadcast(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException, IOException {
        drain();
        String refusal = barrier.everywhere(command);
        if (refusal != null) {
            refusals.refuse(Refusal.of(command, behind.offset, 0, refusal));
        }
        batches.passed(behind);
    }

    @Override
    public SlotBook slots() {
        return slots;
    }

    // ---- what others ask ----

    @Override
    public void check() throws RewindException {
        floor.check();
        lanes.check();
        refusals.takeAnswered();
    }

    @Override
    public void drain() throws RewindException {
        while (true) {
            lanes.check();
            refusals.takeAnswered();
            lanes.sendReady();
            if (isIdle()) {
                break;
            }
            lanes.awaitAnswers();
        }
        // What the last answers refused came behind the look above.
        refusals.takeAnswered();
        if (streaming) {
            Checkpoint now = batches.floor(null);
            settled = lanes.writeFloor(now) && !batches.marks().reachesBeyond(now.offset());
        }
    }

    @Override
    public boolean isIdle() {
        return batches.isIdle() && lanes.isIdle();
    }

    @Override
    public void record(Refusal refusal) {
        floor.record(refusal);
    }

    @Override
    public long appliedOffset() {
        return batches.appliedOffset();
    }

    @Override
    public long appliedCommands() {
        return batches.appliedCommands();
    }

    @Override
    public long appliedBytes() {
        return batches.appliedBytes();
    }

    @Override
    public String place() {
        return lanes.place();
    }

    @Override
    public void abort() {
        lanes.abort();
    }

    @Override
    public void close() {
        if (settled && isIdle()) {
            lanes.expireMarks();
        }
        together.close();
        lanes.close();
        floor.close();
        refusals.leave();
    }
}
