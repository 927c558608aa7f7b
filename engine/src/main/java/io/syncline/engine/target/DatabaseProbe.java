package io.syncline.engine.target;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.BitSet;

/// Proves, once a database, that the target has it: where a SELECT fails inside a transaction, the
/// commands behind it run all the same, in the database before.
final class DatabaseProbe {
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final int own;
    private final BitSet proven = new BitSet();

    DatabaseProbe(WriterSettings settings, TargetDialer dialer, NodeFinder finder) {
        this.dialer = dialer;
        this.finder = finder;
        this.own = settings.database();
    }

    void require(int database) {
        if (!proven.get(database)) {
            dialer.retrying(finder, connection -> require(connection, database));
            proven.set(database);
        }
    }

    /// Proves every database again at a node that may be another one now, and ends in our own.
    void requireAgain(Connection connection) throws IOException {
        for (int i = proven.nextSetBit(0); i >= 0; i = proven.nextSetBit(i + 1)) {
            require(connection, i);
        }
        require(connection, own);
    }

    private void require(Connection connection, int database) throws IOException {
        Reply reply = connection.call("SELECT", Integer.toString(database));
        if (reply instanceof Reply.Failure failure
                && LaneFault.kindOf(failure.text()) == LaneFault.Kind.REFUSED
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
}
