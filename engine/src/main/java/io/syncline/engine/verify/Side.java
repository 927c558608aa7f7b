package io.syncline.engine.verify;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One side of a comparison as all workers see it: what it can be asked, and which node has which
/// key now.
final class Side {
    private final Instance instance;
    private final String name;
    private final boolean cluster;
    private final List<ServerInfo> nodes;
    private final SideFacts facts;
    private volatile @Nullable ClusterMap map;
    private volatile @Nullable HostPort primary;

    private Side(Instance instance, String name, boolean cluster, List<ServerInfo> nodes) {
        this.instance = instance;
        this.name = name;
        this.cluster = cluster;
        this.nodes = List.copyOf(nodes);
        this.facts = SideFacts.of(nodes);
    }

    /// Asks what there is.
    static Side open(Instance instance, String name) throws IOException {
        boolean cluster = instance.isCluster();
        List<ServerInfo> nodes = new ArrayList<>();
        for (Instance.Shard shard : instance.shards()) {
            try (Connection connection = instance.connector().open(shard.primary())) {
                nodes.add(ServerInfo.read(connection));
            }
        }
        return new Side(instance, name, cluster, nodes);
    }

    /// `source` or `target`.
    String name() {
        return name;
    }

    SideFacts facts() {
        return facts;
    }

    /// One per shard, as they were when this was opened.
    List<ServerInfo> nodes() {
        return nodes;
    }

    boolean isCluster() {
        return cluster;
    }

    Connection connect(HostPort address) throws IOException {
        try {
            return instance.connector().open(address);
        } catch (IOException e) {
            String words = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("[" + address + "] " + words, e);
        }
    }

    /// Who has the key now, as far as is known.
    HostPort owner(byte[] key) throws IOException {
        if (!cluster) {
            HostPort known = primary;
            if (known == null) {
                known = instance.primary();
                primary = known;
            }
            return known;
        }
        ClusterMap known = map;
        if (known == null) {
            known = instance.clusterMap();
            map = known;
        }
        HostPort owner = known.owner(Slots.of(key));
        if (owner == null) {
            map = null;
            throw new IOException("no primary of the " + name + " owns slot " + Slots.of(key));
        }
        return owner;
    }

    /// Primaries by lowest slot, asked anew.
    List<HostPort> primaries() throws IOException {
        return instance.shards().stream().map(Instance.Shard::primary).toList();
    }

    /// A word for who owns what: changes when a slot moves.
    String layout() throws IOException {
        return cluster ? instance.shards().toString() : "";
    }

    /// What was known may be wrong: ask again before the next use.
    void forget() {
        map = null;
        primary = null;
    }
}
