package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Writes a cluster pipeline's floor: where to read from after a crash. Beside the data, once a
/// second, on a thread of its own, so that a round trip to the one node that holds it never holds
/// up the others.
///
/// The floor may be behind what is applied; the slots' marks say what to skip. Each write is a
/// compare-and-set on the generation, which is how a superseded process learns of its end. The
/// nodes' own floors ([FloorRounds]) are written before, and the layout that tells of which slots
/// they speak is written with it. It never goes back within an epoch: where the target stands is
/// then told by those of its nodes that went back.
final class FloorKeeper {
    private static final long EVERY_MILLIS = 1000;

    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final CheckpointStore store;
    private final AtomicReference<@Nullable Floor> offered = new AtomicReference<>();
    private final AtomicReference<@Nullable SynclineException> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable ClusterMap> seen = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object writing = new Object();
    private volatile @Nullable Floor recorded;
    private @Nullable Thread thread;
    private long generation;
    private volatile long epoch;

    FloorKeeper(WriterSettings settings, TargetDialer dialer) {
        this.settings = settings;
        this.dialer = dialer;
        byte[] key = settings.keys().checkpoint(settings.pipeline());
        this.finder = settings.instance().slotFinder(Slots.of(key));
        this.store = new CheckpointStore(key, settings.keys().guard(settings.pipeline()));
    }

    /// The present run of offsets; grows with every snapshot and every stream behind one.
    long epoch() {
        return epoch;
    }

    long generation() {
        return generation;
    }

    /// What is in the target, with the layout of its nodes' floors; null when there are none, in a
    /// snapshot for example.
    @Nullable Floor recorded() {
        return recorded;
    }

    /// Whether a place is before the floor in the target, as after acknowledged writes were lost.
    boolean isBehind(Checkpoint floor) {
        Floor present = recorded;
        return present != null && floor.offset() < present.checkpoint().offset();
    }

    @Nullable Checkpoint takeOver(long first) {
        generation = first;
        Checkpoint[] found = new Checkpoint[1];
        dialer.retrying(
                finder,
                connection -> {
                    found[0] =
                            store.replace(
                                    connection,
                                    present -> {
                                        fence(present);
                                        return present == null
                                                ? Checkpoint.ofSnapshot(generation)
                                                : present.by(generation);
                                    });
                    if (found[0] != null) {
                        found[0] = QuietNote.read(connection, settings, found[0]);
                    }
                    epoch = readEpoch(connection);
                    recorded = readLayout(connection, found[0]);
                    if (epoch == 0) {
                        // Without it the marks cannot be told from those of other runs.
                        found[0] = null;
                    }
                });
        Thread keeper =
                Thread.ofPlatform().daemon().name("floor " + settings.pipeline()).start(this::run);
        thread = keeper;
        return found[0];
    }

    private void fence(@Nullable Checkpoint present) {
        if (present != null && present.generation() > generation) {
            throw new SynclineException(
                    ErrorCode.SUPERSEDED,
                    dialer.place(),
                    "another process runs the task " + settings.keys().task(),
                    "Leave that one running, or stop it and start this one again");
        }
    }

    private @Nullable Floor readLayout(Connection connection, @Nullable Checkpoint floor)
            throws IOException {
        boolean stands = floor != null && floor.phase() == Checkpoint.Phase.STREAMING;
        String text = stands ? readField(connection, layoutField()) : null;
        TargetLayout layout = text == null ? null : TargetLayout.parse(text);
        return floor == null || layout == null ? null : new Floor(floor, layout);
    }

    private long readEpoch(Connection connection) throws IOException {
        String text = readField(connection, epochField());
        return text == null ? 0 : Long.parseLong(text);
    }

    private @Nullable String readField(Connection connection, byte[] field) throws IOException {
        Reply reply =
                CheckpointStore.accept(
                        connection,
                        connection.call("HGET".getBytes(UTF_8), settings.keys().manifest(), field));
        return reply instanceof Reply.Bulk bulk ? bulk.utf8() : null;
    }

    /// Larger than every one before. By the clock, so that marks which outlive the task's hash (one
    /// node of the target was flushed) are never taken for those of this run.
    private long newEpoch(Connection connection) throws IOException {
        long next = Math.max(readEpoch(connection) + 1, System.currentTimeMillis());
        CheckpointStore.accept(
                connection,
                connection.call(
                        "HSET".getBytes(UTF_8),
                        settings.keys().manifest(),
                        epochField(),
                        Long.toString(next).getBytes(UTF_8)));
        return next;
    }

    private byte[] epochField() {
        return ("epoch:" + settings.pipeline()).getBytes(UTF_8);
    }

    private byte[] layoutField() {
        return ("layout:" + settings.pipeline()).getBytes(UTF_8);
    }

    /// Writes down that a snapshot begins.
    ///
    /// @return the epoch of the snapshot
    long beginSnapshot() {
        forget();
        dialer.retrying(
                finder,
                connection -> {
                    // In this order: a crash in between must not leave a position whose marks are
                    // void.
                    replace(connection, Checkpoint.ofSnapshot(generation));
                    epoch = newEpoch(connection);
                });
        return epoch;
    }

    /// A stream begins behind a snapshot, or where a source's histories part: its offsets count
    /// anew.
    void beginEpoch() {
        forget();
        dialer.retrying(finder, connection -> epoch = newEpoch(connection));
    }

    /// Not while one is written: it would stand again behind this.
    private void forget() {
        synchronized (writing) {
            offered.set(null);
            recorded = null;
        }
    }

    /// The floor for a place of the stream.
    Checkpoint at(Place place) {
        return Checkpoint.streaming(generation, place.offset, place.database, place.replicationId);
    }

    private void replace(Connection connection, Checkpoint next, byte[]... along)
            throws IOException {
        synchronized (writing) {
            store.replace(
                    connection,
                    present -> {
                        fence(present);
                        return next;
                    },
                    along);
        }
    }

    private void replace(Connection connection, Floor next) throws IOException {
        synchronized (writing) {
            Floor before = recorded;
            if (before != null && isBehind(next.checkpoint())) {
                return;
            }
            boolean same = before != null && before.layout().equals(next.layout());
            List<byte[]> fields = new ArrayList<>();
            if (!same) {
                fields.add(layoutField());
                fields.add(next.layout().text().getBytes(UTF_8));
            }
            Checkpoint floor = next.checkpoint();
            if (floor.quietFrom() < floor.offset()) {
                fields.add(QuietNote.field(settings.pipeline()));
                fields.add(QuietNote.text(floor.quietFrom(), floor.offset()));
            }
            if (!fields.isEmpty()) {
                fields.addAll(0, List.of("HSET".getBytes(UTF_8), settings.keys().manifest()));
            }
            replace(connection, floor.by(generation), fields.toArray(byte[][]::new));
            recorded = next;
        }
    }

    /// Makes sure that no later start of the task has taken over: to be asked behind each opening
    /// of a lane, since a rival's fence closes only the lanes that stand when it looks.
    void verify() throws IOException {
        try (Connection connection = dialer.open(finder)) {
            fence(store.read(connection));
        }
    }

    /// The floor has come so far; it is written within a second.
    void offer(Floor floor) {
        offered.set(floor);
    }

    /// Writes the floor before anything else happens, when told to stop too. Refusals are written
    /// with it.
    void writeNow(Floor floor) {
        check();
        offered.set(null);
        dialer.finishing(
                finder,
                connection -> {
                    replace(connection, floor);
                    recordRefusals(connection);
                });
    }

    /// Writes the position of a task whose nodes have no floors yet, as versions before left it.
    void writeAlone(Checkpoint floor) {
        dialer.retrying(finder, connection -> replace(connection, floor));
    }

    void record(Refusal refusal) {
        refusals.add(refusal);
    }

    /// Lists refusals in the target at once, since the task stops.
    void recordNow() {
        if (!refusals.isEmpty()) {
            dialer.finishing(finder, this::recordRefusals);
        }
    }

    private void recordRefusals(Connection connection) throws IOException {
        for (Refusal refusal = refusals.peek(); refusal != null; refusal = refusals.peek()) {
            CheckpointStore.accept(
                    connection,
                    connection.call(
                            "RPUSH".getBytes(UTF_8),
                            settings.keys().refused(),
                            refusal.json().getBytes(UTF_8)));
            refusals.poll();
        }
    }

    /// Throws what the keeper's thread met.
    void check() {
        SynclineException met = failure.get();
        if (met != null) {
            throw met;
        }
    }

    private void run() {
        try {
            while (!stopping.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
                write();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoppedException e) {
            // As told; the owner writes the last floor.
            return;
        } catch (SynclineException e) {
            failure.set(e);
            settings.wake().run();
        }
    }

    /// Who owns which slot now, once after each look; null in between.
    @Nullable ClusterMap nextMap() {
        return seen.getAndSet(null);
    }

    private void look() {
        try {
            seen.set(settings.instance().clusterMap());
            settings.wake().run();
        } catch (IOException e) {
            // Lanes notice by themselves when nodes are gone.
            System.getLogger(FloorKeeper.class.getName())
                    .log(System.Logger.Level.DEBUG, "looking at the slot map", e);
        }
    }

    private void write() {
        if (offered.get() == null && refusals.isEmpty()) {
            return;
        }
        try (Connection connection = dialer.open(finder)) {
            synchronized (writing) {
                // Taken while nobody else may write: a snapshot that begins takes it back first.
                Floor floor = offered.getAndSet(null);
                if (floor != null) {
                    replace(connection, floor);
                }
            }
            recordRefusals(connection);
        } catch (IOException e) {
            // The next second brings another try, and a later floor.
            System.getLogger(FloorKeeper.class.getName())
                    .log(System.Logger.Level.DEBUG, "writing the floor", e);
        }
    }

    void close() {
        stopping.countDown();
        Thread running = thread;
        try {
            if (running != null) {
                running.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
