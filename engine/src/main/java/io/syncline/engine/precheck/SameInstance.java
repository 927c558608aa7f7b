package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Source and target must not share data already: one server, primary and replica, one cluster.
final class SameInstance {
    static final Check.Questions QUESTIONS =
            (node, plan) ->
                    node.info().isCluster() ? List.of(List.of("CLUSTER", "NODES")) : List.of();

    private SameInstance() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        String reason = sameness(source, target);
        if (reason == null) {
            verdict.ok(target.first().address(), "source and target are different instances");
        } else {
            verdict.error(
                    target.first().address(),
                    ErrorCode.SAME_INSTANCE,
                    reason,
                    "Name two different instances");
        }
    }

    /// In which way both sides share data; null when they do not.
    static @Nullable String sameness(Side source, Side target) throws IOException {
        for (Node one : source.nodes()) {
            for (Node other : target.nodes()) {
                String reason = sameness(one.info(), other.info());
                if (reason != null) {
                    return reason;
                }
            }
        }
        if (source.isCluster() && target.isCluster()) {
            Set<String> shared = clusterIds(source.first().clusterNodes());
            shared.retainAll(clusterIds(target.first().clusterNodes()));
            if (!shared.isEmpty()) {
                return "source and target are the same cluster (it knows node "
                        + shared.iterator().next()
                        + " on both sides)";
            }
        }
        return null;
    }

    static @Nullable String sameness(ServerInfo one, ServerInfo other) {
        if (!one.runId().isEmpty() && one.runId().equals(other.runId())) {
            return "source and target are the same server (run id " + one.runId() + ")";
        }
        boolean shareStream =
                !one.replicationId().isEmpty() && one.replicationId().equals(other.replicationId());
        boolean named = isReplicaOf(one, other) || isReplicaOf(other, one);
        if (one.isPrimary() != other.isPrimary() && (shareStream || named)) {
            return "source and target are primary and replica of each other";
        }
        return !one.isPrimary() && !other.isPrimary() && shareStream
                ? "source and target are replicas of the same primary"
                : null;
    }

    /// By the address it names: before 4.0 a replica does not tell its primary's id.
    private static boolean isReplicaOf(ServerInfo replica, ServerInfo primary) {
        return !replica.isPrimary()
                && replica.field("master_host").equals(primary.address().host())
                && replica.number("master_port") == primary.address().port();
    }

    /// The first word of each line is a node's id.
    static Set<String> clusterIds(@Nullable String clusterNodes) {
        Set<String> ids = new HashSet<>();
        if (clusterNodes != null) {
            for (String line : clusterNodes.split("\n", -1)) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    ids.add(line.substring(0, space));
                }
            }
        }
        return ids;
    }
}
