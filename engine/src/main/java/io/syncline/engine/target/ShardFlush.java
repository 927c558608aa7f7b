package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.etl.KeyHomes;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.resp.ScanPage;
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
    /// @param slots which of the shard's, by the names that keys have at the source
    /// @param here which of the target's
    void run(
            Connection connection, int database, IntPredicate slots, IntPredicate here, Piece piece)
            throws IOException {
        IntPredicate among = slot -> settings.slots().get(slot) && slots.test(slot);
        ByteBuilder deletes = new ByteBuilder(64 << 10);
        ScanPage page;
        String cursor = ScanPage.FIRST;
        do {
            page =
                    ScanPage.of(
                            CheckpointStore.accept(
                                    connection,
                                    connection.call("SCAN", cursor, "COUNT", SCAN_COUNT)));
            cursor = page.cursor();
            deletes.clear();
            int count = 0;
            for (byte[] key : page.keys()) {
                if (isToGo(database, key, among) && here.test(Slots.of(key))) {
                    RespWriter.array(deletes, 2);
                    RespWriter.bulk(deletes, "DEL");
                    RespWriter.bulk(deletes, key);
                    count++;
                }
            }
            if (count > 0) {
                piece.run(deletes, count);
            }
        } while (!page.isLast());
    }

    private boolean isToGo(int database, byte[] key, IntPredicate among) {
        return settings.homes().whether(database, key, among) == KeyHomes.Home.HERE
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
