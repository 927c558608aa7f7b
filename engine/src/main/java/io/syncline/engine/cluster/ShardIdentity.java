package io.syncline.engine.cluster;

import java.util.LinkedHashSet;
import java.util.Set;

/// Which nodes make up one shard, by id: what stays the same when slots, addresses and roles
/// change. Thread-safe.
public final class ShardIdentity {
    private volatile Set<String> ids;

    public ShardIdentity(Set<String> ids) {
        this.ids = Set.copyOf(ids);
    }

    public Set<String> ids() {
        return ids;
    }

    /// What is known now: the primary first found, whoever replicates it, and whoever was one of
    /// them and has not joined another shard since. A primary that was replaced calls itself one
    /// for a while, without slots: it is not another shard. None, once all of them have joined
    /// other shards: one that is promoted later there carries that shard on, not this one.
    ///
    /// @return whether that is news
    public boolean update(ClusterNodes nodes) {
        ClusterNodes.Node primary = nodes.primaryAmong(ids);
        if (primary == null) {
            boolean joinedOthers = nodes.nodes().stream().anyMatch(node -> ids.contains(node.id()));
            if (joinedOthers) {
                ids = Set.of();
            }
            return joinedOthers;
        }
        Set<String> now = new LinkedHashSet<>(nodes.family(primary));
        for (ClusterNodes.Node node : nodes.nodes()) {
            if (ids.contains(node.id()) && node.primary() && node.slots().isEmpty()) {
                now.add(node.id());
            }
        }
        if (now.equals(ids)) {
            return false;
        }
        ids = now;
        return true;
    }
}
