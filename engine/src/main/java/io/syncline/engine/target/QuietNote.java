package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;

/// A note beside a checkpoint, in the task's hash: from where on nothing in the stream was for the
/// target. It holds for the very checkpoint that it was written with, in one transaction; a later
/// one, behind data, makes it void without touching it.
///
/// So a source that was replaced while no process ran, by a replica that lacks nothing but the last
/// heartbeats and pings, can be continued.
final class QuietNote {
    private QuietNote() {}

    static byte[] field(int pipeline) {
        return ("quiet:" + pipeline).getBytes(UTF_8);
    }

    /// @param from where it became quiet
    /// @param offset of the checkpoint
    static byte[] text(long from, long offset) {
        return (from + " " + offset).getBytes(UTF_8);
    }

    /// Puts what is noted into the checkpoint that it was written with.
    static Checkpoint read(Connection connection, WriterSettings settings, Checkpoint found)
            throws IOException {
        Reply reply =
                CheckpointStore.accept(
                        connection,
                        connection.call(
                                "HGET".getBytes(UTF_8),
                                settings.keys().manifest(),
                                field(settings.pipeline())));
        return reply instanceof Reply.Bulk note ? found.quietFrom(from(note.utf8(), found)) : found;
    }

    static long from(String note, Checkpoint found) {
        String[] places = note.split(" ", -1);
        boolean ofThis = places.length == 2 && places[1].equals(Long.toString(found.offset()));
        return ofThis ? Math.min(found.offset(), Long.parseLong(places[0])) : found.offset();
    }
}
