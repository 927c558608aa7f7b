package io.syncline.engine.verify;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// One side of a comparison as all workers see it: what it can be asked, and which node has which
/// key now.
final class Side {
    private final Instance instance;
    private final String name;
    private final boolean cluster;
    private final List<ServerInfo> nodes;
    private final List<BitSet> slots;
    private final SideFacts facts;

    /// Every address that a connection was wanted to.
    private final Set<HostPort> met = ConcurrentHashMap.newKeySet();

    private volatile @Nullable ClusterMap map;
    private volatile @Nullable HostPort primary;

    private Side(
            Instance instance,
            String name,
            boolean cluster,
            List<ServerInfo> nodes,
            List<BitSet> slots) {
        this.instance = instance;
        this.name = name;
        this.cluster = cluster;
        this.nodes = List.copyOf(nodes);
        this.slots = List.copyOf(slots);
        this.facts = SideFacts.of(nodes);
        met.addAll(instance.endpoint().addresses());
        nodes.forEach(node -> met.add(node.address()));
    }

    /// Asks what there is.
    static Side open(Instance instance, String name) throws IOException {
        boolean cluster = instance.isCluster();
        List<ServerInfo> nodes = new ArrayList<>();
        List<BitSet> slots = new ArrayList<>();
        for (Instance.Shard shard : instance.shards()) {
            try (Connection connection = instance.connector().open(shard.primary())) {
                nodes.add(ServerInfo.read(connection));
                slots.add(shard.slots());
            }
        }
        return new Side(instance, name, cluster, nodes, slots);
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

    /// What the node at this place of [#nodes] owned then.
    BitSet slots(int index) {
        return slots.get(index);
    }

    boolean isCluster() {
        return cluster;
    }

    /// Whether an address is, or was, one of its nodes.
    boolean has(HostPort address) {
        return met.contains(address);
    }

    Connection connect(HostPort address) throws IOException {
        met.add(address);
        try {
            return instance.connector().open(address);
        } catch (IOException e) {
            throw new NodeException(address, e);
        }
    }

    /// Makes sure that it has these databases.
    void select(Set<Integer> databases) throws IOException {
        try (NodeLink link = new NodeLink(connect(nodes.getFirst().address()), new Digest(0, 0))) {
            for (int database : databases) {
                link.select(database);
            }
        }
    }

    /// Who has the key now, as far as is known.
    HostPort owner(byte[] key) throws IOException {
        if (!cluster) {
            HostPort known = primary;
            if (known == null) {
                known = asked(instance::primary);
                primary = known;
            }
            return known;
        }
        ClusterMap known = map;
        if (known == null) {
            known = asked(instance::clusterMap);
            map = known;
        }
        HostPort owner = known.owner(Slots.of(key));
        if (owner == null) {
            map = null;
            throw new NodeException(
                    first(), "no primary of the " + name + " owns slot " + Slots.of(key));
        }
        return owner;
    }

    /// A question that any node may answer.
    private interface Asking<T> {
        T ask() throws IOException;
    }

    private HostPort first() {
        return instance.endpoint().addresses().getFirst();
    }

    private <T> T asked(Asking<T> question) throws IOException {
        try {
            return question.ask();
        } catch (NodeException e) {
            throw e;
        } catch (IOException e) {
            throw new NodeException(first(), e);
        }
    }

    /// Who owns which slot of a cluster now, asked anew.
    Layout layout() throws IOException {
        return asked(this::askLayout);
    }

    private Layout askLayout() throws IOException {
        ClusterMap now = instance.clusterMap();
        BitSet open = new BitSet(ClusterMap.SLOTS);
        Set<HostPort> importers = new LinkedHashSet<>();
        for (Instance.Shard shard : instance.allShards()) {
            try (Connection connection = instance.connector().open(shard.primary())) {
                ClusterNodes.Node node = ClusterNodes.read(connection).myself();
                if (node != null && !node.importing().isEmpty()) {
                    open.or(node.importing());
                    importers.add(shard.primary());
                }
            }
        }
        return Layout.of(now, open, importers);
    }

    /// Where a walk goes on when its node is away.
    HostPort where(Walk walk) throws IOException {
        int slot = walk.slots().nextSetBit(0);
        HostPort owner = cluster ? instance.clusterMap().owner(slot) : instance.primary();
        return owner == null ? walk.node() : owner;
    }

    /// What a node says of itself.
    ServerInfo info(HostPort address) throws IOException {
        try (Connection connection = connect(address)) {
            return ServerInfo.read(connection);
        }
    }

    /// What was known may be wrong: ask again before the next use.
    void forget() {
        map = null;
        primary = null;
    }
}
