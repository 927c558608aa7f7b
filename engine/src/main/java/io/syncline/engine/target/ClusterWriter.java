package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Writes to a cluster.
///
/// A transaction of a cluster must stay in one slot, so there is one open batch per slot, each with
/// a mark of its own in that slot: data and mark are applied together or not at all. A slot's next
/// batch waits for the answer to the one before and grows meanwhile; the busier the stream, the
/// larger the batches. Several plain SETs of a slot and its mark are one MSET. The *floor*, one key
/// per pipeline, says where to read from after a crash; commands at or below their slot's mark are
/// skipped then.
///
/// Order is kept per slot, hence per key. Transactions of the source stay whole per slot.
public final class ClusterWriter implements TargetWriter {
    /// Commands collected before they are sent although more are waiting: a quarter of the slots,
    /// so that a batch has several commands on average while a stream catches up.
    private static final int COLLECT_COMMANDS = 32 << 10;

    private static final int COLLECT_BYTES = 4 << 20;

    /// Beyond this the stream waits for answers.
    private static final int COLLECT_LIMIT_BYTES = 4 * COLLECT_BYTES;

    /// What slots on their way to another node may collect before the stream waits for them: a
    /// fifth of the memory that the whole process should need.
    private static final int HELD_LIMIT_BYTES = 64 << 20;

    private static final String ONE_DATABASE = "a cluster has one database, 0";

    private final WriterSettings settings;
    private final SlotRouter router;
    private final SlotBatches batches;
    private final FloorKeeper floor;
    private final ClusterLanes lanes;
    private final ClusterBarrier barrier;
    private final CommandParser parser = new CommandParser();
    private final CommandView rewritten = new CommandView();
    private boolean streaming;

    /// All is in the target, the floor too, no mark says more, and nothing was appended since.
    private boolean settled;

    private @Nullable Batch open;
    private int openedAt;
    private int openSlot;

    public ClusterWriter(WriterSettings settings) {
        this.settings = settings;
        TargetDialer dialer = new TargetDialer(settings);
        router = new SlotRouter();
        batches = new SlotBatches(settings);
        floor = new FloorKeeper(settings, dialer);
        lanes = new ClusterLanes(settings, dialer, batches, floor);
        barrier = new ClusterBarrier(settings, dialer);
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
        batches.begin(floor.beginSnapshot(), 0, 0, false);
    }

    @Override
    public void beginStreaming(Place from, boolean fresh) throws RewindException {
        settled = false;
        Checkpoint start = floor.at(from);
        if (fresh) {
            floor.beginEpoch();
            // By the lanes that wrote the snapshot: a node that is gone has taken it along.
            lanes.writeFloor(start);
        } else if (floor.recorded() == null) {
            floor.writeAlone(start);
        }
        lanes.settle();
        batches.begin(floor.epoch(), from.offset, from.database, true);
        if (fresh) {
            lanes.standing().requireNoneBehind(start);
        } else {
            lanes.standing().readMarks();
        }
        streaming = true;
    }

    // ---- writing ----

    @Override
    public void append(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        if (database != 0) {
            refuse(Refusal.of(command, behind.offset, database, ONE_DATABASE));
            batches.passed(behind);
            return;
        }
        int slot = router.slotOf(command, spec);
        if (slot >= 0) {
            appendTo(slot, command, spec, behind);
        } else {
            crossSlot(command, spec, behind);
        }
        batches.passed(behind);
        sendIfFull(behind);
    }

    private void appendTo(int slot, CommandView command, CommandSpec spec, Place behind) {
        if (batches.isApplied(slot, behind.offset)) {
            return;
        }
        Batch to = streaming ? batches.open(slot) : batches.openNode(slot, lanes.laneOf(slot));
        int start = to.wire.length;
        boolean joined = to.merger.append(command, spec);
        if (!joined) {
            to.beginCommandAt(start);
        }
        to.endCommand(behind.offset, behind.database, behind.clean, joined);
        to.sourceCommands++;
        batches.grown(to, command.length(), behind);
    }

    /// What can be done by halves is; the rest is refused. All parts are in their batches first.
    private void crossSlot(CommandView command, CommandSpec spec, Place behind) {
        CrossSlot parts = new CrossSlot(command, spec);
        if (!parts.canBeSplit()) {
            refuse(
                    Refusal.of(
                            command,
                            behind.offset,
                            0,
                            "CROSSSLOT its keys are in different slots of the target"));
            return;
        }
        for (int i = 0; i < parts.count(); i++) {
            CommandView part = parts.part(i);
            appendTo(Slots.of(part.argument(1)), part, parts.spec(), behind);
        }
    }

    private void refuse(Refusal refusal) {
        refuse(refusal, false);
    }

    /// @param passed whether the task goes on behind it when it is started again
    private void refuse(Refusal refusal, boolean passed) {
        record(refusal);
        if (!settings.refusals().skip(refusal)) {
            floor.recordNow();
            throw passed
                    ? TargetErrors.commandPassed(lanes.place(), refusal, settings.keys())
                    : TargetErrors.commandRefused(lanes.place(), refusal, settings.keys());
        }
    }

    @Override
    public @Nullable ByteBuilder open(
            int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        int slot = database == 0 ? router.slotOf(command, spec) : SlotRouter.SEVERAL;
        if (slot < 0 || batches.isApplied(slot, behind.offset)) {
            return null;
        }
        return openIn(batches.open(slot), slot);
    }

    @Override
    public ByteBuilder open(int database, ByteSlice key, boolean repeatable, Place behind)
            throws RewindException {
        if (database != 0) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    lanes.place(),
                    "the source has keys in a database that would be "
                            + database
                            + " at the target; "
                            + ONE_DATABASE,
                    "Choose or map databases with --databases, for example " + database + ":0");
        }
        int slot = Slots.of(key.array, key.offset, key.length);
        boolean whole = repeatable && !streaming;
        return openIn(
                whole ? batches.openNode(slot, lanes.laneOf(slot)) : batches.open(slot), slot);
    }

    private ByteBuilder openIn(Batch batch, int slot) {
        open = batch;
        openSlot = slot;
        openedAt = batch.wire.length;
        return batch.wire;
    }

    @Override
    public void close(int commands, Place behind) throws RewindException {
        Batch to = open;
        open = null;
        if (to == null) {
            return;
        }
        if (commands == 0) {
            batches.forgetIfEmpty(openSlot, to);
            return;
        }
        to.merger.close();
        int bytes = to.wire.length - openedAt;
        int from = openedAt;
        for (int i = 0; i < commands; i++) {
            boolean last = i == commands - 1;
            to.beginCommandAt(from);
            to.endCommand(behind.offset, behind.database, behind.clean && last, false);
            if (!last) {
                parser.parse(to.wire.array, from, to.wire.length, rewritten);
                from = rewritten.end;
            }
        }
        to.sourceCommands++;
        batches.grown(to, bytes, behind);
        batches.passed(behind);
        sendIfFull(behind);
    }

    private void sendIfFull(Place behind) throws RewindException {
        if (behind.clean
                && (batches.openCommands() >= COLLECT_COMMANDS
                        || batches.openBytes() >= COLLECT_BYTES
                        || lanes.waitingBytes() >= COLLECT_LIMIT_BYTES)) {
            sendReady(behind);
            while (batches.openBytes() + lanes.waitingBytes() >= COLLECT_LIMIT_BYTES
                    || batches.heldBytes() >= HELD_LIMIT_BYTES) {
                lanes.awaitAnswers();
                sendReady(behind);
            }
        }
    }

    private void sendReady(Place place) throws RewindException {
        lanes.check();
        recordRefusals();
        batches.account(settings.throttle());
        settled = false;
        lanes.sendReady();
        floor.check();
        if (streaming) {
            lanes.offerFloor(batches.floor(place));
        }
    }

    private void recordRefusals() {
        for (Refused refused = lanes.nextRefusal();
                refused != null;
                refused = lanes.nextRefusal()) {
            refuse(refused.refusal(), refused.passed());
        }
    }

    @Override
    public void endTransaction(Place behind) throws RewindException {
        batches.passed(behind);
        sendIfFull(behind);
    }

    @Override
    public void flush(Place place) throws RewindException {
        if (place.clean && (batches.hasOpen() || !lanes.isIdle())) {
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
    public void flushDatabases(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException, IOException {
        if (spec.kind() == CommandKind.SWAPDB) {
            refuse(Refusal.of(command, behind.offset, 0, ONE_DATABASE));
            batches.passed(behind);
            return;
        }
        if (spec.kind() == CommandKind.FLUSHDB && database != 0) {
            batches.passed(behind);
            return;
        }
        drain();
        barrier.deleteKeys(slot -> !batches.isApplied(slot, behind.offset));
        // Inside a transaction of the source, too: all before it is in the target.
        batches.drainedTo(behind);
        lanes.writeFloor(batches.floor(null));
    }

    @Override
    public void broadcast(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException, IOException {
        drain();
        String refusal = barrier.everywhere(command);
        if (refusal != null) {
            refuse(Refusal.of(command, behind.offset, 0, refusal));
        }
        batches.passed(behind);
    }

    // ---- what others ask ----

    @Override
    public void check() throws RewindException {
        floor.check();
        lanes.check();
        recordRefusals();
    }

    @Override
    public void drain() throws RewindException {
        while (true) {
            lanes.check();
            recordRefusals();
            lanes.sendReady();
            if (isIdle()) {
                break;
            }
            lanes.awaitAnswers();
        }
        // What the last answers refused came behind the look above.
        recordRefusals();
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
        lanes.close();
        floor.close();
    }
}
