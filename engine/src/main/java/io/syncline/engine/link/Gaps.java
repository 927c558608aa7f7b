package io.syncline.engine.link;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.source.Position;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Finds words for a source that cannot continue from a position.
final class Gaps {
    /// For sources without a history of their own.
    static final Gaps PLAIN = new Gaps(null, null);

    static final String TARGET_FORGOT = "the target no longer knows this task's position";

    private static final String OTHER_HISTORY = ": it has another history now, ";

    private final @Nullable NodeFinder finder;
    private final @Nullable Connector connector;

    Gaps(@Nullable NodeFinder finder, @Nullable Connector connector) {
        this.finder = finder;
        this.connector = connector;
    }

    /// What keeps it from happening again.
    ///
    /// @param usual what does so for a position that was left too far behind
    static String remedy(String reason, String usual) {
        if (reason.equals(TARGET_FORGOT)) {
            return "Let the target keep its data when it restarts (save, appendonly), or fail over to"
                    + " a replica";
        }
        return reason.contains(OTHER_HISTORY)
                ? "Let the source keep its data when it restarts, and end it by SHUTDOWN, or fail over"
                        + " to a replica"
                : usual;
    }

    String reason(Position from) {
        String plain = "the source cannot continue from " + from;
        if (finder == null || connector == null) {
            return plain;
        }
        try (Connection connection = connector.open(finder.find())) {
            ServerInfo info = ServerInfo.read(connection);
            // second_repl_offset is the first byte that the two histories do not share
            // (replication.c `masterTryPartialResynchronization`).
            long ahead = from.offset() + 1 - info.number("second_repl_offset");
            boolean promoted = info.formerReplicationId().equals(from.replicationId());
            if (promoted && info.number("second_repl_offset") > 0 && ahead > 0) {
                return plain
                        + ": the promoted primary never had the last "
                        + ahead
                        + " bytes of writes that the target already has, which are lost at the"
                        + " source";
            }
            if (promoted || info.replicationId().equals(from.replicationId())) {
                return plain + ": its backlog no longer reaches back to there";
            }
            return plain + OTHER_HISTORY + info.replicationId();
        } catch (IOException | SynclineException e) {
            // The reason only explains; what is to be done is clear without it.
            System.getLogger(Gaps.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking why a source cannot continue", e);
            return plain;
        }
    }
}
