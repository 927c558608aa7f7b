package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.LaneFault.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
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
    private final CheckpointStore store;
    private final ConcurrentLinkedQueue<Batch> pool = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Refusal> refusedInside = new ConcurrentLinkedQueue<>();
    private final List<Refusal> toRecord = new ArrayList<>();
    private final LongAdder appliedCommands = new LongAdder();
    private final LongAdder appliedBytes = new LongAdder();
    private volatile long appliedOffset = -1;

    private long generation;
    private Checkpoint.Phase phase = Checkpoint.Phase.SNAPSHOT;
    private @Nullable Guard guard;
    private Guard.@Nullable Mode mode;
    private @Nullable Lane lane;
    private byte[] standing = new byte[0];
    private @Nullable Backoff outage;
    private long appliedAtOutage;
    private int selected;
    private final BitSet proven = new BitSet();

    GuardedLane(WriterSettings settings, TargetDialer dialer) {
        this.settings = settings;
        this.dialer = dialer;
        this.finder = settings.instance().primaryFinder();
        this.checkpointKey = settings.keys().checkpoint(settings.pipeline());
        this.store = new CheckpointStore(checkpointKey, settings.keys().guard(settings.pipeline()));
    }

    // ---- starting ----

    /// Makes this process the only writer of the pipeline.
    ///
    /// @param first the generation of this start of the task
    /// @return the checkpoint found; null for a pipeline that never wrote one
    @Nullable Checkpoint takeOver(long first) {
        generation = first;
        Checkpoint[] found = new Checkpoint[1];
        dialer.retrying(
                finder,
                connection ->
                        found[0] =
                                store.replace(
                                        connection,
                                        present -> {
                                            fence(present, true);
                                            return present == null
                                                    ? snapshotCheckpoint()
                                                    : withGeneration(present, generation);
                                        }));
        return found[0];
    }

    private Checkpoint snapshotCheckpoint() {
        return new Checkpoint(
                generation,
                Checkpoint.Phase.SNAPSHOT,
                0,
                0,
                Checkpoint.NO_ID,
                System.currentTimeMillis());
    }

    private static Checkpoint withGeneration(Checkpoint of, long generation) {
        return new Checkpoint(
                generation,
                of.phase(),
                of.offset(),
                of.database(),
                of.replicationId(),
                System.currentTimeMillis());
    }

    private void fence(@Nullable Checkpoint present, boolean starting) {
        if (present == null) {
            return;
        }
        boolean ours = Generation.sameStart(present.generation(), generation);
        boolean newer = present.generation() > generation;
        if (!ours && (newer || !starting)) {
            throw new SynclineException(
                    ErrorCode.SUPERSEDED,
                    dialer.place(),
                    "another process runs the task "
                            + settings.keys().task()
                            + " (start "
                            + Generation.start(present.generation())
                            + ", ours is "
                            + Generation.start(generation)
                            + ")",
                    "Leave that one running, or stop it and start this one again");
        }
    }

    /// Writes down that a snapshot begins: from here on there is no position to resume from.
    ///
    /// In a snapshot, offsets count batches: they too are chained, so that a batch whose answer was
    /// lost is not sent twice.
    void beginSnapshot() {
        phase = Checkpoint.Phase.SNAPSHOT;
        replace(snapshotCheckpoint());
        restoreManifest();
        appliedOffset = 0;
    }

    /// A target that someone flushed has forgotten the task too: its count of starts must not begin
    /// again, or a later process would not outrank this one.
    private void restoreManifest() {
        dialer.retrying(
                finder,
                connection -> {
                    for (var field : settings.manifest().entrySet()) {
                        CheckpointStore.accept(
                                connection,
                                connection.call(
                                        "HSETNX".getBytes(UTF_8),
                                        settings.keys().manifest(),
                                        field.getKey().getBytes(UTF_8),
                                        field.getValue().getBytes(UTF_8)));
                    }
                });
    }

    /// Writes down the position behind a complete snapshot, or one to stream from.
    void beginStreaming(long offset, int database, String replicationId) {
        phase = Checkpoint.Phase.STREAMING;
        replace(
                new Checkpoint(
                        generation,
                        Checkpoint.Phase.STREAMING,
                        offset,
                        database,
                        replicationId,
                        System.currentTimeMillis()));
        appliedOffset = offset;
    }

    private void replace(Checkpoint next) {
        closeLane();
        dialer.retrying(
                finder,
                connection ->
                        store.replace(
                                connection,
                                present -> {
                                    fence(present, false);
                                    return next;
                                }));
        standing = next.encode();
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
            prove(database);
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

    /// Asks, once a database, whether the target has it: where a SELECT fails inside a transaction,
    /// the commands behind it run all the same, in the database before.
    private void prove(int database) {
        if (!proven.get(database)) {
            dialer.retrying(finder, connection -> prove(connection, database));
            proven.set(database);
        }
    }

    private void prove(Connection connection, int database) throws IOException {
        Reply reply = connection.call("SELECT", Integer.toString(database));
        if (reply instanceof Reply.Failure failure
                && LaneFault.kindOf(failure.text()) == Kind.REFUSED
                && failure.kind().remedy() != ErrorKind.Remedy.OPERATOR) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    dialer.place(),
                    "database " + database + " is needed and the target says: " + failure.text(),
                    "Raise 'databases' in the target's configuration, or choose and map databases"
                            + " with --databases");
        }
        CheckpointStore.accept(connection, reply);
    }

    /// Ends a batch with its checkpoint and sends it. Waits while the window is full.
    void send(Batch batch, Place place) throws RewindException {
        collectRefusals();
        select(batch, settings.database(), place);
        batch.merger.close();
        for (Refusal refusal : toRecord) {
            batch.beginCommand();
            RespWriter.array(batch.wire, 3);
            RespWriter.bulk(batch.wire, "RPUSH");
            RespWriter.bulk(batch.wire, settings.keys().refused());
            RespWriter.bulk(batch.wire, refusal.json());
            batch.endCommand(place.offset, place.database, place.clean, false);
        }
        batch.records = toRecord.size();
        toRecord.clear();
        byte[] value =
                new Checkpoint(
                                generation,
                                phase,
                                place.offset,
                                place.database,
                                place.replicationId,
                                System.currentTimeMillis())
                        .encode();
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

    private void collectRefusals() {
        for (Refusal refusal = refusedInside.poll();
                refusal != null;
                refusal = refusedInside.poll()) {
            toRecord.add(refusal);
            if (!settings.refusals().skip(refusal)) {
                recordNow();
                throw TargetErrors.commandPassed(dialer.place(), refusal, settings.keys());
            }
        }
    }

    /// Lists refusals in the target at once, since no batch will follow.
    private void recordNow() {
        dialer.retrying(
                finder,
                connection -> {
                    while (!toRecord.isEmpty()) {
                        CheckpointStore.accept(
                                connection,
                                connection.call(
                                        "RPUSH".getBytes(UTF_8),
                                        settings.keys().refused(),
                                        toRecord.getFirst().json().getBytes(UTF_8)));
                        toRecord.removeFirst();
                    }
                });
    }

    /// Waits until everything sent is applied, mending the lane as needed.
    void drain() throws RewindException {
        Lane present = lane;
        while (present != null && !present.drain()) {
            check();
            present = lane;
        }
        collectRefusals();
    }

    /// Puts a refusal into the target's list with the next batch.
    void record(Refusal refusal) {
        toRecord.add(refusal);
    }

    /// Whether refusals wait for a batch to record them.
    boolean hasUnrecorded() {
        return !toRecord.isEmpty();
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

    private void recover(@Nullable LaneFault fault) throws RewindException {
        Lane broken = lane;
        lane = null;
        List<Batch> pending = broken == null ? new ArrayList<>() : broken.stop();
        SynclineException afterwards = fault == null ? null : operate(fault, pending);
        endOutage();
        boolean first = outage == null;
        if (outage == null) {
            outage = dialer.backoff();
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
                dialer.pause(backoff, TargetDialer.words(e));
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

    /// Changes the batch that a refusal names, as the policy says.
    ///
    /// @return what to throw once everything before the refused command is applied; or null
    private @Nullable SynclineException operate(LaneFault fault, List<Batch> pending) {
        Batch batch = fault.batch();
        if (fault.kind() != Kind.REFUSED || batch == null || pending.isEmpty()) {
            return null;
        }
        int command = fault.command();
        if (command < 0) {
            throw TargetErrors.refusal(dialer.place(), fault.text());
        }
        if (batch.isMerged(command)) {
            BatchSurgery.unmerge(batch, command);
            return null;
        }
        CommandView view = BatchSurgery.view(batch, command);
        boolean ours = command >= batch.commandCount - 1 - batch.records;
        if (ours || view.isWord(0, "SELECT")) {
            throw TargetErrors.refusal(dialer.place(), fault.text());
        }
        int database = BatchSurgery.databaseOf(batch, command, settings.database());
        Refusal refusal = Refusal.of(view, batch.offsetBehind(command), database, fault.text());
        if (settings.refusals().skip(refusal)) {
            toRecord.add(refusal);
            BatchSurgery.remove(batch, command);
            return null;
        }
        boolean left = BatchSurgery.cutBefore(batch, command, settings.database());
        pending.clear();
        if (left) {
            pending.add(batch);
        }
        return TargetErrors.commandRefused(dialer.place(), refusal, settings.keys());
    }

    /// Connects again, finds out what took effect, and sends the rest.
    private void resume(List<Batch> pending, @Nullable LaneFault fault)
            throws IOException, RewindException {
        Connection connection = dialer.open(finder);
        try {
            Checkpoint now = takeOverAgain(connection);
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
            for (int i = proven.nextSetBit(0); i >= 0; i = proven.nextSetBit(i + 1)) {
                prove(connection, i);
            }
            prove(connection, settings.database());
            connection.answerLimit(Duration.ofSeconds(1));
            Lane opened =
                    new Lane(
                            connection,
                            new Ears(),
                            found == Guard.Mode.SCRIPT ? settings.windowBytes() : 0,
                            settings.answerLimit().toNanos());
            lane = opened;
            for (Batch batch : pending) {
                follow(batch);
                // A new fault is met at the next check: the batch stays among the unanswered.
                opened.send(batch);
            }
        } catch (IOException | RuntimeException | RewindException e) {
            connection.close();
            throw e;
        }
    }

    private Checkpoint takeOverAgain(Connection connection) throws IOException, RewindException {
        Checkpoint[] now = new Checkpoint[1];
        generation++;
        boolean[] missing = new boolean[1];
        store.replace(
                connection,
                present -> {
                    fence(present, false);
                    missing[0] = present == null;
                    now[0] =
                            present == null
                                    ? snapshotCheckpoint()
                                    : withGeneration(present, generation);
                    return now[0];
                });
        if (missing[0]) {
            throw new RewindException(null);
        }
        return now[0];
    }

    private void dropApplied(List<Batch> pending, Checkpoint now, @Nullable LaneFault fault)
            throws RewindException {
        if (now.phase() != phase || now.offset() < appliedOffset) {
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

    /// Lets a batch that is sent again follow what stands now.
    private void follow(Batch batch) {
        byte[] wire = batch.wire.array;
        if (batch.expectedAt >= 0) {
            System.arraycopy(standing, 0, wire, batch.expectedAt, Checkpoint.LENGTH);
        } else {
            batch.expected = standing.clone();
        }
        Checkpoint.putDigits(
                wire,
                batch.valueAt + Checkpoint.GENERATION_AT,
                Checkpoint.GENERATION_WIDTH,
                generation);
        standing = Arrays.copyOfRange(wire, batch.valueAt, batch.valueAt + Checkpoint.LENGTH);
    }

    private void applied(Batch batch) {
        appliedOffset = batch.endOffset;
        if (phase == Checkpoint.Phase.STREAMING) {
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
            CommandView view = BatchSurgery.view(batch, command);
            int database = BatchSurgery.databaseOf(batch, command, settings.database());
            refusedInside.add(Refusal.of(view, batch.offsetBehind(command), database, error));
        }

        @Override
        public boolean livesWith(LaneFault fault) {
            return false;
        }

        @Override
        public void discarded(Batch batch, LaneFault why) {
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
    }
}
