package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Owns a pipeline's checkpoint in a standalone target: takes it over, keeps others off it, and
/// replaces it outside the stream of batches.
final class CheckpointOwner {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final CheckpointStore store;
    private long generation;
    private Checkpoint.Phase phase = Checkpoint.Phase.SNAPSHOT;

    CheckpointOwner(WriterSettings settings, TargetDialer dialer, NodeFinder finder) {
        this.settings = settings;
        this.dialer = dialer;
        this.finder = finder;
        this.store =
                new CheckpointStore(
                        settings.keys().checkpoint(settings.pipeline()),
                        settings.keys().guard(settings.pipeline()));
    }

    long generation() {
        return generation;
    }

    Checkpoint.Phase phase() {
        return phase;
    }

    /// The checkpoint for a place of the present phase.
    Checkpoint at(long offset, int database, String replicationId) {
        return new Checkpoint(
                generation, phase, offset, database, replicationId, System.currentTimeMillis());
    }

    /// Makes this process the only writer of the pipeline.
    ///
    /// @param first the generation of this start of the task
    /// @return the checkpoint found; null for a pipeline that never wrote one
    @Nullable Checkpoint takeOver(long first) {
        generation = first;
        Checkpoint[] found = new Checkpoint[1];
        dialer.retrying(
                finder,
                connection -> {
                    Checkpoint stood =
                            store.replace(
                                    connection,
                                    present -> {
                                        fence(present, true);
                                        return present == null
                                                ? Checkpoint.ofSnapshot(generation)
                                                : present.by(generation);
                                    });
                    found[0] = stood == null ? null : QuietNote.read(connection, settings, stood);
                });
        return found[0];
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

    /// Takes the checkpoint over again on a new connection: whatever an older one still has on its
    /// way expects the one before.
    ///
    /// @throws RewindException when the target knows none any more
    Checkpoint takeOverAgain(Connection connection) throws IOException, RewindException {
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
                                    ? Checkpoint.ofSnapshot(generation)
                                    : present.by(generation);
                    return now[0];
                });
        if (missing[0]) {
            throw new RewindException(null);
        }
        return now[0];
    }

    /// Writes down that a snapshot begins.
    ///
    /// @return the checkpoint that batches follow
    Checkpoint beginSnapshot() {
        phase = Checkpoint.Phase.SNAPSHOT;
        Checkpoint next = replace(Checkpoint.ofSnapshot(generation));
        restoreManifest();
        return next;
    }

    /// Writes down a position to stream from.
    ///
    /// @return the checkpoint that batches follow
    Checkpoint beginStreaming(long offset, int database, String replicationId) {
        phase = Checkpoint.Phase.STREAMING;
        return replace(at(offset, database, replicationId));
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

    private Checkpoint replace(Checkpoint next) {
        dialer.retrying(
                finder,
                connection ->
                        store.replace(
                                connection,
                                present -> {
                                    fence(present, false);
                                    return next;
                                }));
        return next;
    }

    // ---- the flush of a source's shard ----

    /// Deletes the keys of the source's shard. The process of an older start stops at the first
    /// piece after a newer one has taken over: it must not delete what that one writes.
    ///
    /// @param databases which of the target's
    /// @param slots which of the shard's
    void flushShard(IntPredicate databases, IntPredicate slots) {
        ShardFlush flush = new ShardFlush(settings);
        dialer.retrying(
                finder,
                connection -> {
                    for (int database : ServerInfo.read(connection).keysByDatabase().keySet()) {
                        if (databases.test(database)) {
                            select(connection, database);
                            flush.run(
                                    connection,
                                    database,
                                    slots,
                                    slot -> true,
                                    (deletes, count) ->
                                            whileOurs(connection, database, deletes, count));
                        }
                    }
                });
    }

    private void whileOurs(Connection connection, int database, ByteBuilder deletes, int count)
            throws IOException {
        Reply result;
        do {
            select(connection, settings.database());
            store.watch(connection);
            fence(store.read(connection), false);
            CheckpointStore.accept(connection, connection.call("MULTI"));
            select(connection, database);
            ShardFlush.plain(connection, deletes, count);
            result = CheckpointStore.accept(connection, connection.call("EXEC"));
            select(connection, database);
        } while (!(result instanceof Reply.Items));
    }

    private static void select(Connection connection, int database) throws IOException {
        CheckpointStore.accept(connection, connection.call("SELECT", Integer.toString(database)));
    }
}
