package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Tells an instance that will be itself again in a while from one that is not as it should be: the
/// first is waited for, the second is a finding of the precheck.
final class Readiness {
    private Readiness() {}

    /// A node that answers, but not what it was asked, or one that its cluster misses.
    static final class NotReadyException extends IOException {
        private static final long serialVersionUID = 1;

        NotReadyException(String text) {
            super(text);
        }
    }

    /// Asks every primary.
    ///
    /// @param known whether the task has run before, asked where a node of a cluster is away: at a
    ///   first start it may be an address that cannot be reached from here
    /// @throws NotReadyException when one loads its data, or a cluster that had all its slots does
    ///   not serve them now
    static void require(Instance instance, BooleanSupplier known) throws IOException {
        IOException away = null;
        boolean cluster = instance.isCluster();
        for (Instance.Shard shard : instance.shards()) {
            try (Connection connection = instance.connector().open(shard.primary())) {
                require(connection, cluster);
            } catch (NotReadyException e) {
                throw e;
            } catch (IOException e) {
                away = e;
            }
        }
        if (away != null && cluster && known.getAsBoolean()) {
            throw new NotReadyException(Failure.words(away));
        }
        if (away != null) {
            throw away;
        }
    }

    private static void require(Connection connection, boolean cluster) throws IOException {
        Reply reply = connection.call("PING");
        if (reply instanceof Reply.Failure failure
                && failure.kind().remedy() == ErrorKind.Remedy.RETRY) {
            throw new NotReadyException(failure.text());
        }
        String broken = cluster ? broken(connection.call("CLUSTER", "INFO")) : null;
        if (broken != null) {
            throw new NotReadyException(broken);
        }
    }

    /// What a cluster says that has lost nodes. One whose slots were never given to anyone is none
    /// that waiting would mend.
    ///
    /// @return null for any other
    private static @Nullable String broken(Reply reply) {
        if (!(reply instanceof Reply.Bulk bulk)) {
            return null;
        }
        Map<String, String> info = ServerInfo.parse(bulk.utf8());
        boolean whole =
                Integer.toString(ClusterMap.SLOTS).equals(info.get("cluster_slots_assigned"));
        return whole && "fail".equals(info.get("cluster_state"))
                ? "CLUSTERDOWN cluster_state is fail, and "
                        + info.getOrDefault("cluster_slots_ok", "?")
                        + " of "
                        + ClusterMap.SLOTS
                        + " slots are served"
                : null;
    }
}
