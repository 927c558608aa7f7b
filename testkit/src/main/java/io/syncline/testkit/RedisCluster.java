package io.syncline.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/// A cluster of server processes on loopback: primaries with equal shares of slots, and replicas.
///
/// ```java
/// try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 3, 1)) {
///     cluster.nodeFor("key").command("SET", "key", "value");
/// }
/// ```
public final class RedisCluster implements Instance, AutoCloseable {
    /// Short, so that tests of failures are quick; long enough for a busy machine of two cores.
    private static final int NODE_TIMEOUT_MILLIS = 3_000;

    /// Forming takes 2 to 4 s, as a node stays read-only for 2 s after its start (cluster.c).
    private static final Duration CONVERGENCE = Duration.ofSeconds(40);

    /// A manual failover that found no majority is given up by the replica after 5 s (cluster.c).
    private static final Duration FAILOVER_RETRY = Duration.ofSeconds(6);

    private final Supplier<RedisServerBuilder> nodeBuilder;
    private final @Nullable ClusterFront front;
    private final List<RedisServer> nodes = new ArrayList<>();

    private RedisCluster(Supplier<RedisServerBuilder> nodeBuilder, @Nullable ClusterFront front) {
        this.nodeBuilder = nodeBuilder;
        this.front = front;
    }

    public static RedisCluster start(ServerBinary binary, int primaries, int replicasEach) {
        return start(() -> RedisServer.builder().binary(binary), primaries, replicasEach);
    }

    /// With nodes of any kind: TLS, a password, lines of configuration.
    public static RedisCluster start(
            Supplier<RedisServerBuilder> nodeBuilder, int primaries, int replicasEach) {
        return start(new RedisCluster(nodeBuilder, null), primaries, replicasEach);
    }

    /// With nodes that announce a proxy each as their address, to clients and to each other: what
    /// finds them by the cluster's own word, as a link does, meets the faults of [#proxyOf].
    public static RedisCluster startBehindProxies(
            Supplier<RedisServerBuilder> nodeBuilder, int primaries, int replicasEach) {
        return start(new RedisCluster(nodeBuilder, new ClusterFront()), primaries, replicasEach);
    }

    private static RedisCluster start(RedisCluster cluster, int primaries, int replicasEach) {
        try {
            cluster.form(primaries, replicasEach);
            return cluster;
        } catch (RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    @Override
    public boolean clustered() {
        return true;
    }

    @Override
    public List<Endpoint> primaries() {
        return slots().primaries();
    }

    /// Every process, in the order it was started: first primaries, then their replicas in turn.
    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    /// The processes that own slots now.
    public List<RedisServer> primaryNodes() {
        return primaries().stream().map(this::node).toList();
    }

    /// The replicas of a primary that are alive, as it knows them.
    public List<RedisServer> replicasOf(RedisServer primary) {
        String id = id(primary);
        return nodes.stream()
                .filter(RedisServer::alive)
                .filter(node ->
                        node.text("CLUSTER", "NODES")
                                .lines()
                                .anyMatch(
                                        line -> line.contains("myself,slave") && line.contains(id)))
                .toList();
    }

    /// The proxy that a node of a cluster behind proxies announces.
    public FaultProxy proxyOf(RedisServer node) {
        return Objects.requireNonNull(front, "the cluster has no proxies").of(node);
    }

    public static int slot(String key) {
        return SlotMap.slot(key.getBytes(StandardCharsets.UTF_8));
    }

    /// The primary that owns a key's slot now.
    public RedisServer nodeFor(String key) {
        return ownerOf(slot(key));
    }

    public RedisServer ownerOf(int slot) {
        return node(slots().owner(slot));
    }

    /// Runs a command on the owner of its first argument.
    public Object command(String name, String key, Object... more) {
        Object[] words = new Object[more.length + 2];
        words[0] = name;
        words[1] = key;
        System.arraycopy(more, 0, words, 2, more.length);
        Object reply = nodeFor(key).command(words);
        return reply == null ? "nil" : reply;
    }

    /// Moves a slot with all its keys, as redis-cli does (SETSLOT, MIGRATE, SETSLOT).
    public void moveSlot(int slot, RedisServer to) {
        SlotMove move = beginMove(slot, to);
        while (move.moveKeys(SlotMove.BATCH) > 0) {
            // Until the slot is empty.
        }
        move.finish();
    }

    /// Moves all slots of a primary: those of the given keys as [#moveSlot] does, the others, which
    /// must be empty, at once. The primary then joins the other one's shard as a replica. Needs
    /// Redis 7.0 or later.
    public void moveAll(RedisServer from, RedisServer to, Collection<String> keys) {
        SlotMap map = slots();
        keys.stream()
                .map(RedisCluster::slot)
                .distinct()
                .filter(slot -> node(map.owner(slot)) == from)
                .forEach(slot -> {
                    SlotMove move = new SlotMove(this, slot, from, to);
                    while (move.moveKeys(SlotMove.BATCH) > 0) {
                        // Until the slot is empty.
                    }
                    move.hand();
                });
        awaitAgreement();
        EmptySlots.take(to, slots().ownedBy(from.port()));
        awaitAgreement();
    }

    /// Moves up to so many slots by a job of the server (Valkey 9) and waits for its end.
    public void moveByJob(RedisServer from, RedisServer to, int most) {
        List<Integer> owned = slots().ownedBy(from.port());
        int first = owned.getFirst();
        int last = first;
        while (last - first + 1 < most && owned.contains(last + 1)) {
            last++;
        }
        from.command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", first, last, "NODE", id(to));
        await(
                "slot " + first + " to " + last + " are at " + to,
                () -> node(slots().owner(first)) == to);
        awaitAgreement();
    }

    /// Begins to move a slot, so that a test can look between the steps.
    public SlotMove beginMove(int slot, RedisServer to) {
        return new SlotMove(this, slot, ownerOf(slot), to);
    }

    /// Adds a primary without slots.
    public RedisServer addPrimary() {
        RedisServer node = startNode();
        meet(node);
        awaitAcquaintance();
        awaitAgreement();
        return node;
    }

    /// Takes a node without slots out of the cluster and ends it.
    public void remove(RedisServer node) {
        String id = id(node);
        nodes.remove(node);
        for (RedisServer other : nodes) {
            if (other.alive()) {
                other.command("CLUSTER", "FORGET", id);
            }
        }
        node.close();
        awaitAgreement();
    }

    /// Adds a replica of a primary and waits until it has the data.
    public RedisServer addReplica(RedisServer primary) {
        RedisServer node = startNode();
        meet(node);
        awaitAgreement();
        replicate(node, primary);
        awaitReplica(node);
        return node;
    }

    /// Makes a replica of that primary the new primary, without loss, and returns it.
    public RedisServer failover(int index) {
        RedisServer primary = primaryNodes().get(index);
        RedisServer replica =
                replicasOf(primary).stream()
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(primary + " has no replica"));
        awaitFirstOffset(primary);
        return promote(replica, "");
    }

    /// Redis 6.0 never ends a manual failover at offset 0, which a primary leaves with its first
    /// write, or its first PING to its replicas: every 10 s, here at once.
    private void awaitFirstOffset(RedisServer primary) {
        if (primary.info("master_repl_offset").equals("0")) {
            primary.command("CONFIG", "SET", "repl-ping-slave-period", 1);
            await(
                    primary + " has written to its replicas",
                    () -> !primary.info("master_repl_offset").equals("0"));
            primary.command("CONFIG", "SET", "repl-ping-slave-period", 10);
        }
    }

    /// Makes a replica primary: "" asks its primary, FORCE does not, TAKEOVER asks nobody.
    public RedisServer promote(RedisServer replica, String mode) {
        long[] askedNanos = {System.nanoTime() - FAILOVER_RETRY.toNanos()};
        await(
                replica + " is primary",
                () -> {
                    if (replica.info("role").equals("master")) {
                        return true;
                    }
                    if (System.nanoTime() - askedNanos[0] >= FAILOVER_RETRY.toNanos()) {
                        askedNanos[0] = System.nanoTime();
                        askForFailover(replica, mode);
                    }
                    return false;
                });
        awaitAgreement();
        return replica;
    }

    private static void askForFailover(RedisServer replica, String mode) {
        if (mode.isEmpty()) {
            replica.command("CLUSTER", "FAILOVER");
        } else {
            replica.command("CLUSTER", "FAILOVER", mode);
        }
    }

    /// Waits until all nodes that are alive agree on the slots and on their configuration epochs.
    ///
    /// The epochs matter for the next move: a node takes a new one for an imported slot only if its
    /// own is not the highest *it knows of* (cluster.c `clusterBumpConfigEpochWithoutConsensus`).
    /// Were it wrong, a late message of the old owner, with a higher epoch, would take the slot
    /// back in the eyes of the others, and nobody would ever say otherwise.
    public void awaitAgreement() {
        await(
                "all nodes agree on the slots",
                () -> ClusterView.agree(nodes.stream().filter(RedisServer::alive).toList()));
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
        if (front != null) {
            front.close();
        }
    }

    @Override
    public String toString() {
        return "cluster of " + nodes;
    }

    String id(RedisServer node) {
        return node.text("CLUSTER", "MYID");
    }

    private void form(int primaries, int replicasEach) {
        for (int i = 0; i < primaries * (1 + replicasEach); i++) {
            startNode();
        }
        for (int i = 0; i < primaries; i++) {
            EmptySlots.assign(
                    nodes.get(i),
                    SlotMap.SLOTS * i / primaries,
                    SlotMap.SLOTS * (i + 1) / primaries - 1);
        }
        nodes.forEach(this::meet);
        awaitAcquaintance();
        for (int i = primaries; i < nodes.size(); i++) {
            RedisServer primary = nodes.get((i - primaries) / replicasEach);
            RedisServer replica = nodes.get(i);
            await(
                    replica + " may replicate",
                    () -> {
                        replicate(replica, primary);
                        return true;
                    });
        }
        nodes.subList(primaries, nodes.size()).forEach(this::awaitReplica);
        awaitAgreement();
    }

    private void awaitAcquaintance() {
        await(
                "all nodes know each other",
                () ->
                        nodes.stream()
                                .filter(RedisServer::alive)
                                .allMatch(node -> known(node) == nodes.size()));
    }

    private RedisServer startNode() {
        RedisServerBuilder builder =
                nodeBuilder.get().cluster().config("cluster-node-timeout " + NODE_TIMEOUT_MILLIS);
        if (front != null) {
            builder.config("cluster-announce-ip " + ClusterFront.HOST);
        }
        RedisServer node = builder.start();
        nodes.add(node);
        if (front != null) {
            front.add(node);
        }
        // Nodes that begin with the same epoch spend seconds to settle that among themselves.
        node.command("CLUSTER", "SET-CONFIG-EPOCH", nodes.size());
        return node;
    }

    private void meet(RedisServer node) {
        RedisServer first = nodes.getFirst();
        if (node != first) {
            first.command("CLUSTER", "MEET", node.host(), node.port());
        }
    }

    private void replicate(RedisServer node, RedisServer primary) {
        node.command("CLUSTER", "REPLICATE", id(primary));
    }

    private void awaitReplica(RedisServer node) {
        await(
                node + " has the data of its primary",
                () -> node.info("master_link_status").equals("up"));
    }

    private static long known(RedisServer node) {
        return node.text("CLUSTER", "NODES")
                .lines()
                .filter(line -> !line.contains("handshake"))
                .count();
    }

    /// Waits for the cluster's nodes to come to an agreement; a failure shows every log.
    private void await(String description, Await.Condition condition) {
        try {
            Await.until(description, CONVERGENCE, condition);
        } catch (AssertionError failure) {
            StringBuilder logs = new StringBuilder(String.valueOf(failure.getMessage()));
            for (RedisServer node : nodes) {
                logs.append("\n--- ").append(node).append('\n').append(node.logTail());
            }
            throw new AssertionError(logs.toString(), failure);
        }
    }

    private SlotMap slots() {
        JedisException last = new JedisException("no node is alive");
        for (RedisServer node : nodes) {
            if (node.alive()) {
                try {
                    return SlotMap.read(node.endpoint());
                } catch (JedisException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    private RedisServer node(Endpoint endpoint) {
        return nodes.stream()
                .filter(node -> node.port() == endpoint.port())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node listens at " + endpoint));
    }
}
