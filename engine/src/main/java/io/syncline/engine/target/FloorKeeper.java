package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
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
/// compare-and-set on the generation, which is how a superseded process learns of its end.
final class FloorKeeper {
    private static final long EVERY_MILLIS = 1000;

    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final CheckpointStore store;
    private final AtomicReference<@Nullable Checkpoint> offered = new AtomicReference<>();
    private final AtomicReference<@Nullable SynclineException> failure = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object writing = new Object();
    private @Nullable Thread thread;
    private long generation;
    private long epoch;

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
                                                ? snapshot()
                                                : with(present, generation);
                                    });
                    epoch = number(connection, "HGET");
                });
        Thread keeper =
                Thread.ofPlatform().daemon().name("floor " + settings.pipeline()).start(this::run);
        thread = keeper;
        return found[0];
    }

    private Checkpoint snapshot() {
        return new Checkpoint(
                generation,
                Checkpoint.Phase.SNAPSHOT,
                0,
                0,
                Checkpoint.NO_ID,
                System.currentTimeMillis());
    }

    private static Checkpoint with(Checkpoint of, long generation) {
        return new Checkpoint(
                generation,
                of.phase(),
                of.offset(),
                of.database(),
                of.replicationId(),
                System.currentTimeMillis());
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

    /// The epoch's field of the task's hash, read (HGET) or counted up (HINCRBY).
    private long number(Connection connection, String command) throws IOException {
        byte[] field = ("epoch:" + settings.pipeline()).getBytes(UTF_8);
        Reply reply =
                CheckpointStore.accept(
                        connection,
                        command.equals("HGET")
                                ? connection.call(
                                        command.getBytes(UTF_8), settings.keys().manifest(), field)
                                : connection.call(
                                        command.getBytes(UTF_8),
                                        settings.keys().manifest(),
                                        field,
                                        "1".getBytes(UTF_8)));
        return switch (reply) {
            case Reply.Whole whole -> whole.value();
            case Reply.Bulk bulk -> Long.parseLong(bulk.utf8());
            case Reply.Text text -> throw unexpected(text);
            case Reply.Failure failure -> throw unexpected(failure);
            case Reply.Items items -> throw unexpected(items);
            // No snapshot of this task has begun yet.
            case Reply.Nil nil -> 0;
        };
    }

    private static IOException unexpected(Reply reply) {
        return new IOException("the epoch is answered with " + reply);
    }

    /// Writes down that a snapshot begins.
    ///
    /// @return the epoch of the snapshot
    long beginSnapshot() {
        offered.set(null);
        dialer.retrying(
                finder,
                connection -> {
                    epoch = number(connection, "HINCRBY");
                    replace(connection, snapshot());
                });
        return epoch;
    }

    /// Writes the position to stream from; behind a snapshot its offsets count anew.
    void beginStreaming(Place from, boolean fresh) {
        offered.set(null);
        dialer.retrying(
                finder,
                connection -> {
                    if (fresh) {
                        epoch = number(connection, "HINCRBY");
                    }
                    replace(
                            connection,
                            new Checkpoint(
                                    generation,
                                    Checkpoint.Phase.STREAMING,
                                    from.offset,
                                    from.database,
                                    from.replicationId,
                                    System.currentTimeMillis()));
                });
    }

    private void replace(Connection connection, Checkpoint next) throws IOException {
        synchronized (writing) {
            store.replace(
                    connection,
                    present -> {
                        fence(present);
                        return next;
                    });
        }
    }

    /// The floor has come so far; it is written within a second.
    void offer(Checkpoint floor) {
        offered.set(floor);
    }

    /// Writes the floor before anything else happens.
    void writeNow(Checkpoint floor) {
        offered.set(null);
        dialer.retrying(finder, connection -> replace(connection, with(floor, generation)));
    }

    /// Everything is applied: the last floor is written, and refusals with it.
    void finish(Checkpoint floor) {
        check();
        offered.set(null);
        dialer.retrying(
                finder,
                connection -> {
                    replace(connection, with(floor, generation));
                    recordRefusals(connection);
                });
    }

    void record(Refusal refusal) {
        refusals.add(refusal);
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
                write();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SynclineException e) {
            failure.set(e);
            settings.wake().run();
        }
    }

    private void write() {
        Checkpoint floor = offered.getAndSet(null);
        if (floor == null && refusals.isEmpty()) {
            return;
        }
        try (Connection connection = dialer.open(finder)) {
            if (floor != null) {
                replace(connection, with(floor, generation));
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
