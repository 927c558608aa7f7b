package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.resp.ScanPage;
import java.io.IOException;

/// Removes everything that a task keeps in its target: position, marks, list of refused commands. A
/// pair keeps its keys at both sides; each is swept by itself. To be used when the task is given
/// up; another start of it begins with a snapshot.
///
/// Looks at every key name of the target, since a task may have been run with other databases and
/// shards before. A scan blocks nobody.
public final class Sweeper {
    private static final String SCAN_COUNT = "1000";

    private final Instance target;
    private final OwnKeys keys;

    public Sweeper(Instance target, String task) {
        this.target = target;
        this.keys = new OwnKeys(task);
    }

    /// Removes the keys.
    ///
    /// @return how many there were
    public long sweep() throws IOException {
        long removed = 0;
        for (Instance.Shard shard : target.shards()) {
            try (Connection connection = target.connector().open(shard.primary())) {
                ServerInfo info = ServerInfo.read(connection);
                for (int database : info.keysByDatabase().keySet()) {
                    if (!info.isCluster() || database != 0) {
                        CheckpointStore.accept(
                                connection, connection.call("SELECT", Integer.toString(database)));
                    }
                    removed += sweep(connection);
                }
            }
        }
        return removed;
    }

    /// What one task writes by its name, and the one key by which a pair says that it is here: that
    /// names its task in its value.
    private boolean isOurs(Connection connection, byte[] key) throws IOException {
        return keys.isOfTask(key)
                || (keys.isPairOfAny(key)
                        && connection.call("GET".getBytes(US_ASCII), key)
                                instanceof Reply.Bulk member
                        && member.utf8().equals(keys.task()));
    }

    private long sweep(Connection connection) throws IOException {
        ScanPage page;
        String cursor = ScanPage.FIRST;
        long removed = 0;
        ByteBuilder deletes = new ByteBuilder(4 << 10);
        do {
            Reply reply =
                    CheckpointStore.accept(
                            connection,
                            connection.call(
                                    "SCAN",
                                    cursor,
                                    "MATCH",
                                    OwnKeys.PREFIX + "*",
                                    "COUNT",
                                    SCAN_COUNT));
            page = ScanPage.of(reply);
            cursor = page.cursor();
            deletes.clear();
            int count = 0;
            for (byte[] key : page.keys()) {
                if (isOurs(connection, key)) {
                    RespWriter.array(deletes, 2);
                    RespWriter.bulk(deletes, "DEL");
                    RespWriter.bulk(deletes, key);
                    count++;
                }
            }
            connection.send(deletes);
            for (int i = 0; i < count; i++) {
                boolean was =
                        CheckpointStore.accept(connection, connection.replies().read())
                                        instanceof Reply.Whole number
                                && number.value() > 0;
                removed += was ? 1 : 0;
            }
        } while (!page.isLast());
        return removed;
    }
}
