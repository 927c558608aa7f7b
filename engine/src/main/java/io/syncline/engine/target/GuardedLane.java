package io.syncline.engine.target;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.LaneFault.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Writing to one target node with every batch a transaction that carries its checkpoint: what was
/// applied and how far we are can never disagree.
///
/// One owner thread (the applier) fills and sends batches and mends the lane; the lane's reader
/// reports through the listener. Batches that are not answered are kept: after a fault the
/// checkpoint in the target says which of them took effect, and the others are sent again.
final class GuardedLane implements Closeable {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final byte[] checkpointKey;
    private final CheckpointOwner owner;
    private final RefusalDesk refusals;
    private final DatabaseProbe probe;
    private final ConcurrentLinkedQueue<Batch> pool = new ConcurrentLinkedQueue<>();
    private final LongAdder appliedCommands = new LongAdder();
    private final LongAdder appliedBytes = new LongAdder();
    private volatile long appliedOffset = -1;

    private @Nullable Guard guard;
    private Guard.@Nullable Mode mode;
    private @Nullable Lane lane;
    private byte[] standing = new byte[0];
    private @Nullable Backoff outage;
    private long appliedAtOutage;
    private int selected;

    GuardedLane(WriterSettings settings, TargetDialer dialer) {
        this.settings = settings;
        this.dialer = dialer;
        this.finder = settings.instance().primaryFinder();
        this.checkpointKey = settings.keys().checkpoint(settings.pipeline());
        this.owner = new CheckpointOwner(settings, dialer, finder);
        this.refusals = new RefusalDesk(settings, dialer, finder);
        this.probe = new DatabaseProbe(settings, dialer, finder);
    }

    // ---- starting ----

    @Nullable Checkpoint takeOver(long first) {
        return owner.takeOver(first);
    }

    /// Writes down that a snapshot begins: from here on there is no position to resume from.
    ///
    /// In a snapshot, offsets count batches: they too are chained, so that a batch whose answer was
    /// lost is not sent twice.
    void beginSnapshot() {
        closeLane();
        standing = owner.beginSnapshot().encode();
        appliedOffset = 0;
    }

    /// Writes down the position behind a complete snapshot, or one to stream from.
    void beginStreaming(long offset, int database, String replicationId) {
        closeLane();
        standing = owner.beginStreaming(offset, database, replicationId).encode();
        appliedOffset = offset;
    }

    private void closeLane() {
        Lane open = lane;
        lane = null;
        if (open != null) {
            open.close();
        }
    }

    // ---- streaming ----

    /// Starts a batch behind the one sent last.
    ///
    /// @param startOffset stream position before its first command
    Batch begin(long startOffset) throws RewindException {
        Guard before = ready();
        Batch batch = pool.poll();
        if (batch == null) {
            batch = new Batch(settings.merges());
        }
        batch.startOffset = startOffset;
        batch.endOffset = startOffset;
        before.write(batch, standing);
        batch.wire.put(MULTI);
        selected = settings.database();
        return batch;
    }

    private static final byte[] MULTI = Wire.command("MULTI");
    private static final byte[] EXEC = Wire.command("EXEC");

    private Guard ready() throws RewindException {
        if (lane == null) {
            recover(null);
        }
        Guard present = guard;
        if (present == null) {
            throw new IllegalStateException("a lane without a guard");
        }
        return present;
    }

    /// Sees to it that the batch's next command runs in `database` of the target.
    void select(Batch batch, int database, Place place) {
        if (database != selected) {
            probe.require(database);
            batch.merger.close();
            batch.beginCommand();
            RespWriter.array(batch.wire, 2);
            RespWriter.bulk(batch.wire, "SELECT");
            RespWriter.bulk(batch.wire, database);
            // Never a boundary: the place is already behind the command that this one prepares.
            batch.endCommand(place.offset, place.database, false, false);
            selected = database;
        }
    }

    /// Ends a batch with its checkpoint and sends it. Waits while the window is full.
    void send(Batch batch, Place place) throws RewindException {
        collectRefusals();
        select(batch, settings.database(), place);
        batch.merger.close();
        refusals.write(batch, place);
        byte[] value = owner.at(place.offset, place.database, place.replicationId).encode();
        batch.beginCommand();
        RespWriter.array(batch.wire, 3);
        RespWriter.bulk(batch.wire, "SET");
        RespWriter.bulk(batch.wire, checkpointKey);
        batch.wire.putAscii("$" + Checkpoint.LENGTH + "\r\n");
        batch.valueAt = batch.wire.length;
        batch.wire.put(value).putLineEnd();
        batch.endCommand(place.offset, place.database, place.clean, false);
        batch.wire.put(EXEC);
        batch.unit(batch.commandCount, Batch.GUARDED);
        batch.endOffset = place.offset;
        standing = value;
        Lane to = lane;
        if (to == null || !to.send(batch)) {
            check();
        }
    }

    /// Looks after the lane; to be called whenever the owner was woken.
    void check() throws RewindException {
        Lane present = lane;
        if (present == null) {
            return;
        }
        LaneFault fault = present.fault();
        if (fault != null) {
            recover(fault);
        } else {
            endOutage();
        }
        collectRefusals();
    }

    /// Waits until everything sent is applied, mending the lane as needed, and until what was
    /// refused of it is listed: nothing else may follow that could carry the list.
    void drain() throws RewindException {
        Lane present = lane;
        while (present != null && !present.drain()) {
            check();
            present = lane;
        }
        collectRefusals();
        refusals.recordNow();
    }

    /// @throws SynclineException when the task stops at one: what is on its way takes effect all
    ///   the same and is not sent again, so what is refused of that is listed first
    private void collectRefusals() {
        SynclineException stop = refusals.collect();
        Lane present = lane;
        if (stop != null && present != null) {
            present.drain();
            refusals.collect();
        }
        refusals.stopAt(stop);
    }

    /// Deletes the keys of the source's shard, while nothing is on its way.
    void flushShard(IntPredicate databases, IntPredicate slots) {
        owner.flushShard(databases, slots);
    }

    /// Puts a refusal into the target's list with the next batch.
    void record(Refusal refusal) {
        refusals.add(refusal);
    }

    /// Whether refusals wait for a batch to record them.
    boolean hasUnrecorded() {
        return refusals.hasUnrecorded();
    }

    /// Whether nothing is on its way.
    boolean isIdle() {
        Lane present = lane;
        return present == null || present.isIdle();
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

    // ---- mending ----

    private void recover(@Nullable LaneFault met) throws RewindException {
        LaneFault fault = met == null ? null : settings.judged(met);
        Lane broken = lane;
        lane = null;
        List<Batch> pending = broken == null ? new ArrayList<>() : broken.stop();
        refusals.stopAt(refusals.collect());
        SynclineException afterwards = fault == null ? null : refusals.operate(fault, pending);
        endOutage();
        boolean first = outage == null;
        if (outage == null) {
            outage = dialer.backoff(fault == null ? System.nanoTime() : fault.sinceNanos());
            appliedAtOutage = appliedOffset;
        }
        Backoff backoff = outage;
        if (fault != null && mayPass(fault, first)) {
            dialer.pause(backoff, fault.text());
        }
        while (lane == null) {
            try {
                resume(pending, fault);
            } catch (IOException e) {
                dialer.pause(backoff, e);
            }
        }
        if (pending.isEmpty()) {
            outage = null;
            dialer.recovered(backoff);
        }
        if (afterwards != null) {
            drain();
            throw afterwards;
        }
    }

    /// Whether time can mend a fault. A broken chain tells of a rival or a flushed target, and only
    /// a look at the checkpoint says which: at once, if it is the first sign.
    private static boolean mayPass(LaneFault fault, boolean first) {
        return fault.kind() != Kind.REFUSED && !(first && fault.kind() == Kind.CHAIN_BROKEN);
    }

    /// What was applied since an outage began has ended it.
    private void endOutage() {
        Backoff over = outage;
        if (over != null && appliedOffset > appliedAtOutage) {
            outage = null;
            dialer.recovered(over);
        }
    }

    /// Connects again, finds out what took effect, and sends the rest.
    private void resume(List<Batch> pending, @Nullable LaneFault fault)
            throws IOException, RewindException {
        Connection connection = dialer.open(finder);
        try {
            Checkpoint now = owner.takeOverAgain(connection);
            dropApplied(pending, now, fault);
            Guard.Mode found =
                    Guard.closes(
                                    connection,
                                    checkpointKey,
                                    settings.keys().guard(settings.pipeline()))
                            ? Guard.Mode.SCRIPT
                            : Guard.Mode.ASKING;
            if (mode != null && mode != found && !pending.isEmpty()) {
                throw new RewindException(now);
            }
            mode = found;
            guard = new Guard(checkpointKey, settings.keys().guard(settings.pipeline()), found);
            standing = now.encode();
            probe.requireAgain(connection);
            connection.answerLimit(Duration.ofSeconds(1));
            Lane opened =
                    new Lane(
                            connection,
                            new Ears(),
                            found == Guard.Mode.SCRIPT ? settings.windowBytes() : 0,
                            settings.patience(dialer.place()));
            lane = opened;
            for (Batch batch : pending) {
                standing = Guard.follow(batch, standing, owner.generation());
                // A new fault is met at the next check: the batch stays among the unanswered.
                opened.send(batch);
            }
        } catch (IOException | RuntimeException | RewindException e) {
            connection.close();
            throw e;
        }
    }

    private void dropApplied(List<Batch> pending, Checkpoint now, @Nullable LaneFault fault)
            throws RewindException {
        if (now.phase() != owner.phase() || now.offset() < appliedOffset) {
            throw new RewindException(now);
        }
        Batch failed = fault == null ? null : fault.batch();
        while (!pending.isEmpty() && pending.getFirst().endOffset <= now.offset()) {
            Batch batch = pending.removeFirst();
            if (batch == failed && batch.endOffset > batch.startOffset && wasDiscarded(fault)) {
                // The guard did not hold: a later batch was applied and this one was not.
                throw new RewindException(null);
            }
            applied(batch);
            batch.clear();
            pool.add(batch);
        }
        if (!pending.isEmpty() && pending.getFirst().startOffset > now.offset()) {
            throw new RewindException(now);
        }
    }

    private static boolean wasDiscarded(@Nullable LaneFault fault) {
        return fault != null
                && switch (fault.kind()) {
                    case NOT_NOW, REFUSED, MOVED -> true;
                    case LOST, CHAIN_BROKEN, PROTOCOL -> false;
                };
    }

    private void applied(Batch batch) {
        refusals.applied(batch);
        appliedOffset = batch.endOffset;
        if (owner.phase() == Checkpoint.Phase.STREAMING) {
            appliedCommands.add(batch.sourceCommands);
            appliedBytes.add(batch.endOffset - batch.startOffset);
        }
    }

    /// What the lane's reader reports.
    private final class Ears implements LaneListener {
        @Override
        public void applied(Batch batch) {
            GuardedLane.this.applied(batch);
        }

        @Override
        public void released(Batch batch) {
            batch.clear();
            pool.add(batch);
        }

        @Override
        public void refused(Batch batch, int command, String error) {
            refusals.heard(batch, command, error);
        }

        @Override
        public boolean livesWith(LaneFault fault) {
            return false;
        }

        @Override
        public void discarded(Batch batch, int unit, LaneFault why) {
            throw new IllegalStateException("a chained batch was discarded: " + why.text());
        }

        @Override
        public void wake() {
            settings.wake().run();
        }
    }

    @Override
    public void close() {
        closeLane();
        refusals.leave();
    }
}
