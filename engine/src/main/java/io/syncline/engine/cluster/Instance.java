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
import java.util.Comparator;
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
    /// @param ids its nodes; none for a standalone instance
    public record Shard(HostPort primary, BitSet slots, Set<String> ids) {
        public Shard {
            slots = (BitSet) slots.clone();
            ids = Set.copyOf(ids);
        }

        Shard(HostPort primary, BitSet slots) {
            this(primary, slots, Set.of());
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
            case SENTINEL, FILE -> false;
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

    /// Follows the primary of a shard, whatever slots it owns.
    ///
    /// @return throws [ShardGoneException] when no node of it is a primary any more
    public NodeFinder shardFinder(ShardIdentity shard) {
        return () -> {
            IOException last = null;
            for (HostPort address : knownNodes()) {
                try (Connection connection = connector.open(address)) {
                    return find(connection, shard);
                } catch (ShardGoneException e) {
                    throw e;
                } catch (IOException e) {
                    last = e;
                }
            }
            throw last == null ? new IOException("no node of the cluster is known") : last;
        };
    }

    private HostPort find(Connection connection, ShardIdentity shard) throws IOException {
        ClusterMap map = ClusterMap.read(connection);
        ClusterNodes nodes = ClusterNodes.read(connection);
        ClusterNodes.Node myself = nodes.myself();
        if (nodes.nodes().size() <= 1 && (myself == null || !shard.ids().contains(myself.id()))) {
            throw new IOException("[" + connection.address() + "] the node is in no cluster now");
        }
        remember(connection.address(), map);
        shard.update(nodes);
        ClusterNodes.Node primary = nodes.primaryAmong(shard.ids());
        if (primary == null) {
            throw new ShardGoneException("no node of the shard is a primary any more");
        }
        if (!primary.usable()) {
            throw new IOException("[" + primary.address() + "] the shard's primary is down");
        }
        HostPort known = map.address(primary.id());
        return known == null ? primary.address() : known;
    }

    /// Every shard that has a primary, also one without slots, by lowest slot.
    public List<Shard> allShards() throws IOException {
        IOException last = null;
        for (HostPort address : knownNodes()) {
            try (Connection connection = connector.open(address)) {
                ClusterMap map = ClusterMap.read(connection);
                if (!map.primaries().isEmpty()) {
                    remember(address, map);
                    return shards(map, ClusterNodes.read(connection));
                }
                last = new IOException("[" + address + "] the cluster has no slots assigned");
            } catch (IOException e) {
                last = e;
            }
        }
        throw last == null ? new IOException("no node of the cluster is known") : last;
    }

    private static List<Shard> shards(ClusterMap map, ClusterNodes nodes) {
        List<Shard> shards = new ArrayList<>();
        for (ClusterNodes.Node node : nodes.nodes()) {
            boolean owner = !node.slots().isEmpty();
            if (node.primary() && (node.usable() || owner)) {
                HostPort known = map.address(node.id());
                shards.add(
                        new Shard(
                                known == null ? node.address() : known,
                                node.slots(),
                                nodes.family(node)));
            }
        }
        shards.sort(Comparator.comparingInt(Instance::firstSlot));
        return shards;
    }

    private static int firstSlot(Shard shard) {
        int first = shard.slots().nextSetBit(0);
        return first < 0 ? ClusterMap.SLOTS : first;
    }

    private HostPort findStandalone() throws IOException {
        if (endpoint.isFile()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    endpoint.toString(),
                    "a file cannot be asked as a server can: it is a source to copy from",
                    "Name the server that it was copied to, redis://host:port");
        }
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
        IOException last = null;
        for (HostPort sentinel : endpoint.addresses()) {
            try {
                HostPort primary = askSentinel(sentinel);
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

    /// Most sentinels ask for no password; one that does is given that of the servers.
    private @Nullable HostPort askSentinel(HostPort sentinel) throws IOException {
        try (Connection plain = connector.withoutCredentials().open(sentinel)) {
            return askSentinel(plain);
        } catch (SynclineException e) {
            if (e.failure().code() != ErrorCode.NOT_AUTHENTICATED) {
                throw e;
            }
        }
        try (Connection known = connector.open(sentinel)) {
            return askSentinel(known);
        }
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
            if (failure.text().startsWith("NOAUTH")) {
                throw new SynclineException(
                        ErrorCode.NOT_AUTHENTICATED,
                        connection.address().toString(),
                        "the sentinel asks for a password",
                        "Give the servers and their sentinels the same one, and name it in the URI");
            }
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
