package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.Position;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One source shard of a link: finds its position, copies a snapshot if it must, and streams.
///
/// ```
///            position stands               source continues
///   start ---------------------> partial ----------------------> STREAMING
///     |                            | source cannot (a gap)        |     |
///     | no position                v                              |     | target lost
///     +-----------------------> SNAPSHOT --- complete, answered --+     | acknowledged
///                                ^  ^--- link broke: from 0 again       | writes
///                                |                                      |
///                                +---- gap -----------------------------+--> partial
/// ```
///
/// One thread, the applier, runs all of this. It owns the target's lane; the receiver and the
/// monitor have threads of their own.
final class Pipeline implements Runnable {
    /// Snapshots that broke in a row are tried again ever more slowly: each one forks the source.
    private static final long SNAPSHOT_PAUSE_MILLIS = 1_000;

    private static final long SNAPSHOT_PAUSE_LIMIT_MILLIS = 60_000;

    private final Workshop shop;
    private final BitSet slots;
    private final long generation;
    private final boolean owned;
    private final TargetOpener scanner;
    private final Ending ending;
    private int brokenSnapshots;

    /// Opens a connection to every primary of the target, for scans.
    @FunctionalInterface
    interface TargetOpener {
        List<Connection> open() throws IOException;
    }

    /// Hears how the pipeline ended; null for well.
    @FunctionalInterface
    interface Ending {
        void ended(int shard, @Nullable Failure failure);
    }

    Pipeline(
            Workshop shop,
            BitSet slots,
            long generation,
            boolean owned,
            TargetOpener scanner,
            Ending ending) {
        this.shop = shop;
        this.slots = slots;
        this.generation = generation;
        this.owned = owned;
        this.scanner = scanner;
        this.ending = ending;
    }

    @Override
    public void run() {
        Failure failure = null;
        try {
            work();
        } catch (SynclineException e) {
            failure = e.failure();
        } catch (StoppedException e) {
            // As asked: whatever was not applied is still at the source.
            failure = null;
        } catch (IOException e) {
            // A stop that takes too long closes what it waits for.
            failure = shop.isStopping() ? null : internal(e);
        } catch (RuntimeException | Error e) {
            failure = internal(e);
        } finally {
            shop.progress().phase = Phase.ENDED;
            shop.monitor().stop();
            shop.receiver().close();
            shop.writer().close();
            ending.ended(shop.shard(), shop.isStopping() && failure == null ? null : failure);
        }
    }

    private Failure internal(Throwable e) {
        if (e instanceof OutOfMemoryError) {
            return new Failure(
                    ErrorCode.OUT_OF_MEMORY,
                    shop.place(),
                    "one value or command needs more memory than this process may use ("
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MB)",
                    "Give it more, for example SYNCLINE_JAVA_OPTS=-Xmx4g: the largest value needs twice"
                            + " its size; the task goes on where it stopped");
        }
        System.getLogger(Pipeline.class.getName())
                .log(System.Logger.Level.ERROR, "pipeline " + shop.shard(), e);
        return new Failure(
                ErrorCode.INTERNAL,
                shop.place(),
                e.toString(),
                "Start the task again, it goes on where it stopped; report this with the log");
    }

    private void work() throws IOException {
        Position from;
        boolean fresh = false;
        try {
            Checkpoint found = shop.writer().takeOver(generation);
            from = standing(found);
            fresh = found == null;
        } catch (RewindException e) {
            from = rewound(e);
        }
        Feed feed = null;
        while (!shop.isStopping()) {
            if (feed == null) {
                enter(Phase.STARTING, false, "");
                feed = shop.receiver().open(from);
                if (feed == null) {
                    return;
                }
            }
            try {
                feed = follow(feed, from, fresh);
                if (feed == null && shop.isStopping()) {
                    return;
                }
                from = feed == null ? null : position(feed);
            } catch (RewindException e) {
                from = rewound(e);
                feed = null;
            }
            fresh = false;
        }
    }

    private static Position position(Feed feed) {
        return new Position(feed.replicationId(), feed.baseOffset(), 0);
    }

    private static @Nullable Position standing(@Nullable Checkpoint checkpoint) {
        return checkpoint == null || checkpoint.phase() == Checkpoint.Phase.SNAPSHOT
                ? null
                : new Position(
                        checkpoint.replicationId(), checkpoint.offset(), checkpoint.database());
    }

    private void enter(Phase phase, boolean resumed, String reason) {
        shop.progress().phase = phase;
        shop.progress().source = shop.place();
        shop.event(new LinkEvent.PhaseEntered(shop.shard(), shop.place(), phase, resumed, reason));
    }

    /// The target is behind what it had acknowledged: goes on from where it really stands.
    private @Nullable Position rewound(RewindException e) {
        Checkpoint at = e.checkpoint();
        Position position = standing(at);
        shop.event(
                new LinkEvent.Warned(
                        shop.writer().place(),
                        position == null
                                ? "the target no longer knows this task's position"
                                : "the target lost writes it had acknowledged; they are sent again",
                        "Nothing, if a failover of the target is the cause"));
        if (position == null) {
            gap(shop.writer().place(), "the target no longer knows this task's position");
        }
        return position;
    }

    /// Follows one feed to its end.
    ///
    /// @param from where we stand; null for nowhere
    /// @param fresh whether nothing of this task was ever written to the target
    /// @return what to follow next: a feed, or null to open one from nothing (or at a stop)
    private @Nullable Feed follow(Feed feed, @Nullable Position from, boolean fresh)
            throws IOException, RewindException {
        StreamDecoder decoder = new StreamDecoder(feed.spool());
        int database = from == null ? 0 : from.database();
        if (feed.isFull()) {
            if (from != null) {
                gap(shop.place(), "the source cannot continue from " + from);
            }
            database = snapshot(feed, decoder, fresh);
            if (database < 0) {
                return broken(feed);
            }
        } else {
            shop.progress().resumes.incrementAndGet();
        }
        Place place = new Place();
        place.offset = feed.baseOffset();
        place.database = database;
        place.replicationId = feed.replicationId();
        shop.writer().beginStreaming(place, feed.isFull());
        if (shop.options().end() == LinkOptions.End.SNAPSHOT) {
            shop.stop();
            return null;
        }
        enter(Phase.STREAMING, !feed.isFull(), "");
        shop.progress().appliedOffset = feed.baseOffset();
        shop.monitor().askForGoal();
        boolean ended = new StreamPhase(shop, feed, decoder, feed.baseOffset(), database).run();
        return ended ? after(feed) : null;
    }

    private void gap(String place, String reason) {
        if (shop.options().onGap() == LinkOptions.OnGap.STOP) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    place,
                    reason,
                    "Raise repl-backlog-size at the source; start with --on-gap resync to copy"
                            + " everything again");
        }
        shop.event(
                new LinkEvent.Warned(
                        place,
                        reason + ": everything is copied again",
                        "Raise repl-backlog-size at the source to avoid this"));
    }

    /// @return the stream's database behind the snapshot, or -1 when it broke or the link stops
    private int snapshot(Feed feed, StreamDecoder decoder, boolean fresh)
            throws IOException, RewindException {
        shop.progress().snapshots.incrementAndGet();
        shop.progress().replicationId = feed.replicationId();
        enter(Phase.SNAPSHOT, false, "");
        StaleKeys stale = fresh || !owned ? null : new StaleKeys(slots);
        SnapshotPhase.KeyObserver observer = stale == null ? (database, key) -> {} : stale;
        int database = new SnapshotPhase(shop, feed, decoder, observer).run();
        if (database >= 0) {
            brokenSnapshots = 0;
            if (stale != null) {
                sweep(stale);
            }
        }
        return database;
    }

    private void sweep(StaleKeys stale) throws IOException, RewindException {
        Place place = new Place();
        place.offset = shop.progress().snapshotOffset;
        long removed = 0;
        List<Connection> connections = scanner.open();
        try {
            for (Connection connection : connections) {
                for (int database : shop.targetDatabases(connection)) {
                    removed += stale.remove(shop, connection, database, place);
                }
            }
        } finally {
            connections.forEach(Connection::close);
        }
        shop.writer().flush(place);
        shop.writer().drain();
        if (removed > 0) {
            shop.event(
                    new LinkEvent.Warned(
                            shop.writer().place(),
                            removed + " keys that the source no longer has were removed",
                            ""));
        }
    }

    /// The snapshot did not come to its end.
    private @Nullable Feed broken(Feed feed) {
        Feed next = after(feed);
        if (next == null && !shop.isStopping()) {
            brokenSnapshots++;
            pause();
        }
        return next;
    }

    private void pause() {
        long millis =
                Math.min(
                        SNAPSHOT_PAUSE_LIMIT_MILLIS,
                        SNAPSHOT_PAUSE_MILLIS << Math.min(brokenSnapshots - 1, 6));
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!shop.isStopping() && System.nanoTime() < until) {
            LockSupport.parkNanos(this, until - System.nanoTime());
        }
    }

    /// @return the feed that replaces an ended one; null to open a new one or at a stop
    private @Nullable Feed after(Feed feed) {
        Feed.Ending how = feed.ending();
        if (how == null) {
            return null;
        }
        return switch (how) {
            case GAP -> feed.successor();
            case SNAPSHOT_BROKEN, STOPPED -> null;
            case FAILED -> {
                Failure failure = feed.failure();
                throw new SynclineException(
                        failure != null
                                ? failure
                                : new Failure(
                                        ErrorCode.INTERNAL, shop.place(), "the link ended", ""));
            }
        };
    }
}
