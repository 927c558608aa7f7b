package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Reads and replaces one pipeline's checkpoint, atomically, outside the stream of batches: at a
/// start, at a reconnection, at the end of a snapshot.
///
/// The connection must stand in the checkpoint's database.
final class CheckpointStore {
    /// A rival writes at most once per batch; more failures in a row mean something else is wrong.
    private static final int TRIES = 1000;

    private final byte[] checkpointKey;
    private final byte[] guardKey;

    CheckpointStore(byte[] checkpointKey, byte[] guardKey) {
        this.checkpointKey = checkpointKey;
        this.guardKey = guardKey;
    }

    /// Replaces the checkpoint by what `next` makes of it, and sees to it that the guard's key
    /// exists.
    ///
    /// @param next gets the present checkpoint, null when there is none; may throw to leave it
    ///   alone
    /// @param along a command that takes effect together with it; empty for none
    /// @return what was there before
    @Nullable Checkpoint replace(Connection connection, NextCheckpoint next, byte[]... along)
            throws IOException {
        for (int i = 0; i < TRIES; i++) {
            watch(connection);
            Checkpoint present = read(connection);
            byte[] value = next.of(present).encode();
            accept(connection, connection.call("MULTI"));
            accept(connection, connection.call("SET".getBytes(UTF_8), checkpointKey, value));
            accept(
                    connection,
                    connection.call("SET".getBytes(UTF_8), guardKey, "1".getBytes(UTF_8)));
            if (along.length > 0) {
                accept(connection, connection.call(along));
            }
            Reply result = accept(connection, connection.call("EXEC"));
            if (result instanceof Reply.Items items) {
                for (Reply item : items.items()) {
                    accept(connection, item);
                }
                return present;
            }
        }
        throw new IOException("the checkpoint changed " + TRIES + " times while taking it over");
    }

    /// The next transaction of the connection is void when the checkpoint changes before it.
    void watch(Connection connection) throws IOException {
        accept(connection, connection.call("WATCH".getBytes(UTF_8), checkpointKey));
    }

    /// What the checkpoint becomes.
    @FunctionalInterface
    interface NextCheckpoint {
        Checkpoint of(@Nullable Checkpoint present);
    }

    /// The present checkpoint, or null when there is none.
    @Nullable Checkpoint read(Connection connection) throws IOException {
        Reply reply = accept(connection, connection.call("GET".getBytes(UTF_8), checkpointKey));
        if (!(reply instanceof Reply.Bulk bulk)) {
            return null;
        }
        Checkpoint checkpoint = Checkpoint.decode(bulk.bytes());
        if (checkpoint == null) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    connection.address().toString(),
                    "the key "
                            + new String(checkpointKey, UTF_8)
                            + " is no checkpoint of this version",
                    "Choose another --task name, or delete that key to start from the beginning");
        }
        return checkpoint;
    }

    /// Turns an error answer into the exception that fits: one worth another try, or a final one.
    static Reply accept(Connection connection, Reply reply) throws IOException {
        if (reply instanceof Reply.Failure failure) {
            throw TargetErrors.of(connection.address().toString(), failure.text());
        }
        return reply;
    }
}
