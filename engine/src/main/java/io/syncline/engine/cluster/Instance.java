package io.syncline.engine.cluster;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is behind an endpoint now: asks nodes, and asks others when one is away.
///
/// Thread-safe; every question opens a connection of its own, since questions are rare.
public final class Instance {
    /// How often a second node is asked for the slot map: a stale one is found out in seconds, for
    /// a fifth of the questions more.
    private static final long COMPARE_EVERY_NANOS = 5_000_000_000L;

    /// A node that hangs shall not hold up one that only wants to know better.
    private static final Duration COMPARE_LIMIT = Duration.ofSeconds(2);

    private final Endpoint endpoint;
    private final Connector connector;
    private final boolean preferPrimary;

    /// Nodes seen in a cluster, so that it is found again when the ones first named are gone.
    private final Set<HostPort> known = new LinkedHashSet<>();

    private long comparedNanos = System.nanoTime() - COMPARE_EVERY_NANOS;
    private int compared;

    /// Describes nothing yet: every method asks.
    ///
    /// @param preferPrimary whether, of several addresses, only a primary will do
    public Instance(Endpoint endpoint, Connector connector, boolean preferPrimary) {
        this.endpoint = endpoint;
        this.connector = connector;
        this.preferPrimary = preferPrimary;
        known.addAll(endpoint.addresses());
    }

    /// A shard at this moment.
    ///
    /// @param primary its primary
    /// @param slots the slots it owns; all of them for a standalone instance
    public record Shard(HostPort primary, BitSet slots) {
        public Shard {
            slots = (BitSet) slots.clone();
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public Connector connector() {
        return connector;
    }

    /// Whether it is a cluster: by what the user said, or by what a node says.
    public boolean isCluster() throws IOException {
        return switch (endpoint.topology()) {
            case CLUSTER -> true;
            case SENTINEL -> false;
            case STANDALONE -> {
                try (Connection connection = connector.open(findStandalone())) {
                    yield ServerInfo.read(connection).isCluster();
                }
            }
        };
    }

    /// All shards, by lowest slot. A standalone instance has one.
    public List<Shard> shards() throws IOException {
        if (!isCluster()) {
            BitSet all = new BitSet(ClusterMap.SLOTS);
            all.set(0, ClusterMap.SLOTS);
            return List.of(new Shard(primary(), all));
        }
        ClusterMap map = clusterMap();
        List<Shard> shards = new ArrayList<>();
        for (HostPort primary : map.primaries()) {
            shards.add(new Shard(primary, map.slots(primary)));
        }
        return shards;
    }

    /// The one primary of a standalone or sentinel-managed instance.
    public HostPort primary() throws IOException {
        return endpoint.topology() == Endpoint.Topology.SENTINEL
                ? askSentinels()
                : findStandalone();
    }

    /// Follows the primary of a standalone or sentinel-managed instance.
    public NodeFinder primaryFinder() {
        return this::primary;
    }

    /// Follows the primary that owns a slot.
    public NodeFinder slotFinder(int slot) {
        return () -> {
            HostPort owner = clusterMap().owner(slot);
            if (owner == null) {
                throw new IOException("no primary owns slot " + slot + " now");
            }
            return owner;
        };
    }

    private HostPort findStandalone() throws IOException {
        List<HostPort> addresses = endpoint.addresses();
        if (addresses.size() == 1) {
            return addresses.getFirst();
        }
        HostPort replica = null;
        IOException last = null;
        for (HostPort address : addresses) {
            try (Connection connection = connector.open(address)) {
                if (ServerInfo.read(connection).isPrimary()) {
                    return address;
                }
                replica = address;
            } catch (IOException e) {
                last = e;
            }
        }
        if (replica != null && !preferPrimary) {
            return replica;
        }
        throw last != null ? last : new IOException("none of " + addresses + " is a primary now");
    }

    private HostPort askSentinels() throws IOException {
        // Sentinels have credentials of their own; most have none.
        Connector plain = connector.withoutCredentials();
        IOException last = null;
        for (HostPort sentinel : endpoint.addresses()) {
            try (Connection connection = plain.open(sentinel)) {
                HostPort primary = askSentinel(connection);
                if (primary != null) {
                    return primary;
                }
            } catch (IOException e) {
                last = e;
            }
        }
        if (last != null) {
            throw last;
        }
        throw new SynclineException(
                ErrorCode.TOPOLOGY_UNUSABLE,
                endpoint.addresses().getFirst().toString(),
                "no sentinel knows a primary named '" + endpoint.primaryName() + "'",
                "Give its name as in the sentinels' 'sentinel monitor NAME ...' after ?master=");
    }

    private @Nullable HostPort askSentinel(Connection connection) throws IOException {
        Reply reply =
                connection.call("SENTINEL", "get-master-addr-by-name", endpoint.primaryName());
        if (reply instanceof Reply.Items items
                && items.items().size() == 2
                && items.items().get(0) instanceof Reply.Bulk host
                && items.items().get(1) instanceof Reply.Bulk port) {
            return HostPort.parse(host.utf8() + ":" + port.utf8(), HostPort.DEFAULT_PORT);
        }
        if (reply instanceof Reply.Failure failure) {
            throw new IOException("the sentinel answers '" + failure.text() + "'");
        }
        return null;
    }

    /// The slot map: from the node that was asked last, if it answers, else from the first that
    /// does. Now and then another one is asked too, and the newer view counts: a node that was
    /// taken out of the cluster, or cut off from it, would go on for ever to tell what once was.
    public ClusterMap clusterMap() throws IOException {
        IOException last = null;
        for (HostPort address : knownNodes()) {
            try {
                return newest(address, ask(address, Connector.ANSWER_LIMIT));
            } catch (IOException e) {
                last = e;
            }
        }
        throw last == null ? new IOException("no node of the cluster is known") : last;
    }

    private ClusterMap ask(HostPort address, Duration limit) throws IOException {
        try (Connection connection = connector.open(address, limit)) {
            ClusterMap map = ClusterMap.read(connection);
            if (map.primaries().isEmpty()) {
                throw new IOException("[" + address + "] the cluster has no slots assigned");
            }
            return map;
        }
    }

    private ClusterMap newest(HostPort asked, ClusterMap map) {
        HostPort another = toCompare(asked, map);
        if (another != null) {
            try {
                ClusterMap other = ask(another, COMPARE_LIMIT);
                if (other.epoch() > map.epoch()) {
                    remember(another, other);
                    return other;
                }
            } catch (IOException e) {
                // One view has to do, as long as that node does not answer.
                System.getLogger(Instance.class.getName())
                        .log(System.Logger.Level.DEBUG, "comparing slot maps with " + another, e);
            }
        }
        remember(asked, map);
        return map;
    }

    /// One node after the other, every few seconds.
    private @Nullable HostPort toCompare(HostPort asked, ClusterMap map) {
        synchronized (known) {
            long now = System.nanoTime();
            if (map.epoch() == 0 || now - comparedNanos < COMPARE_EVERY_NANOS) {
                return null;
            }
            comparedNanos = now;
            Set<HostPort> others = new LinkedHashSet<>(endpoint.addresses());
            others.addAll(map.nodes());
            others.remove(asked);
            List<HostPort> ring = new ArrayList<>(others);
            return ring.isEmpty() ? null : ring.get(Math.floorMod(compared++, ring.size()));
        }
    }

    private List<HostPort> knownNodes() {
        synchronized (known) {
            return new ArrayList<>(known);
        }
    }

    private void remember(HostPort first, ClusterMap map) {
        synchronized (known) {
            known.clear();
            known.add(first);
            known.addAll(map.nodes());
            known.addAll(endpoint.addresses());
        }
    }
}
