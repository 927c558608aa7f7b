package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.function.IntPredicate;

/// Deletes, in one database of one target node, what a shard of a cluster source held: FLUSHALL of
/// a shard must not wipe what other shards and other tasks have there, nor the task's own keys.
///
/// Goes over the key names piece by piece, which blocks nobody, and may be repeated.
final class ShardFlush {
    private static final String SCAN_COUNT = "1000";

    private final WriterSettings settings;

    ShardFlush(WriterSettings settings) {
        this.settings = settings;
    }

    /// Runs one piece's deletions.
    @FunctionalInterface
    interface Piece {
        /// Runs them.
        ///
        /// @param deletes commands as they go over the wire
        /// @param count how many
        void run(ByteBuilder deletes, int count) throws IOException;
    }

    /// Deletes on a connection that stands in the database.
    ///
    /// @param slots which of the shard's
    void run(Connection connection, IntPredicate slots, Piece piece) throws IOException {
        String cursor = "0";
        ByteBuilder deletes = new ByteBuilder(64 << 10);
        do {
            Reply reply =
                    CheckpointStore.accept(
                            connection, connection.call("SCAN", cursor, "COUNT", SCAN_COUNT));
            if (!(reply instanceof Reply.Items items
                    && items.items().size() == 2
                    && items.items().get(0) instanceof Reply.Bulk next
                    && items.items().get(1) instanceof Reply.Items keys)) {
                throw new IOException("SCAN is answered with " + reply);
            }
            cursor = new String(next.bytes(), US_ASCII);
            deletes.clear();
            int count = 0;
            for (Reply key : keys.items()) {
                if (key instanceof Reply.Bulk name && isToGo(name.bytes(), slots)) {
                    RespWriter.array(deletes, 2);
                    RespWriter.bulk(deletes, "DEL");
                    RespWriter.bulk(deletes, name.bytes());
                    count++;
                }
            }
            if (count > 0) {
                piece.run(deletes, count);
            }
        } while (!cursor.equals("0"));
    }

    private boolean isToGo(byte[] key, IntPredicate slots) {
        int slot = Slots.of(key);
        return settings.slots().get(slot)
                && slots.test(slot)
                && !settings.excluded().isExcluded(key, 0, key.length);
    }

    /// Sends commands and takes their answers.
    static void plain(Connection connection, ByteBuilder commands, int count) throws IOException {
        connection.send(commands);
        for (int i = 0; i < count; i++) {
            CheckpointStore.accept(connection, connection.replies().read());
        }
    }
}
