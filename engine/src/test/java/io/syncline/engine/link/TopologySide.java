package io.syncline.engine.link;

import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.Sentinel;
import io.syncline.testkit.ServerBinary;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One side of a link under test: a standalone server, a cluster, or a primary that a sentinel
/// watches, with the endpoint by which a link finds it.
final class TopologySide implements AutoCloseable {
    private static final String PRIMARY_NAME = "primary";

    private final Instance instance;
    private final Endpoint endpoint;
    private final @Nullable FaultProxy proxy;
    private final List<Runnable> closers;

    private TopologySide(
            Instance instance,
            Endpoint endpoint,
            @Nullable FaultProxy proxy,
            List<Runnable> closers) {
        this.instance = instance;
        this.endpoint = endpoint;
        this.proxy = proxy;
        this.closers = closers;
    }

    /// @param kind `1`: standalone; `sentinel`; any other number: a cluster of so many primaries
    static TopologySide start(String kind, ServerBinary binary) {
        return switch (kind) {
            case "1" -> standalone(RedisServer.start(binary));
            case "sentinel" -> sentinel(binary);
            default -> cluster(RedisCluster.start(binary, Integer.parseInt(kind), 0));
        };
    }

    static TopologySide standalone(RedisServer server) {
        return new TopologySide(server, Sync.at(server.port()), null, List.of(server::close));
    }

    /// A standalone server that a link finds behind a proxy.
    static TopologySide behindProxy(RedisServer server) {
        FaultProxy proxy = FaultProxy.before(server);
        return new TopologySide(
                server, Sync.at(proxy.port()), proxy, List.of(proxy::close, server::close));
    }

    /// What stands before a primary of a side behind proxies.
    FaultProxy proxyOf(RedisServer primary) {
        return instance instanceof RedisCluster cluster
                ? cluster.proxyOf(primary)
                : Objects.requireNonNull(proxy, "the side has no proxy");
    }

    static TopologySide cluster(RedisCluster cluster) {
        return new TopologySide(cluster, endpointOf(cluster), null, List.of(cluster::close));
    }

    private static TopologySide sentinel(ServerBinary binary) {
        Supplier<RedisServerBuilder> builder = () -> RedisServer.builder().binary(binary);
        RedisServer primary = builder.get().start();
        RedisServer replica = builder.get().replicaOf(primary).start();
        Sentinel sentinel = Sentinel.start(PRIMARY_NAME, primary, 1);
        Endpoint endpoint =
                new Endpoint(
                        Endpoint.Topology.SENTINEL,
                        List.of(new HostPort("127.0.0.1", sentinel.endpoint().port())),
                        Credentials.NONE,
                        TlsOptions.OFF,
                        PRIMARY_NAME);
        return new TopologySide(
                primary, endpoint, null, List.of(sentinel::close, replica::close, primary::close));
    }

    /// How a link finds a cluster: by any of its nodes.
    static Endpoint endpointOf(RedisCluster cluster) {
        List<HostPort> nodes = new ArrayList<>();
        cluster.nodes().forEach(node -> nodes.add(new HostPort("127.0.0.1", node.port())));
        return new Endpoint(Endpoint.Topology.CLUSTER, nodes, Credentials.NONE, TlsOptions.OFF, "");
    }

    /// A cluster as the engine sees it.
    static io.syncline.engine.cluster.Instance instanceAt(RedisCluster cluster) {
        return new io.syncline.engine.cluster.Instance(
                endpointOf(cluster), new Connector(Credentials.NONE, TlsOptions.OFF, "test"), true);
    }

    Instance instance() {
        return instance;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /// The processes that hold data.
    List<RedisServer> primaries() {
        return instance instanceof RedisCluster cluster
                ? cluster.primaryNodes()
                : List.of((RedisServer) instance);
    }

    /// Waits until a link has brought over all that is here now.
    void awaitCopiedBy(RunningLink link) {
        for (RedisServer primary : primaries()) {
            long goal = Long.parseLong(primary.info("master_repl_offset"));
            String history = historyOf(primary);
            link.await(
                    "offset " + goal + " of " + primary + " " + history,
                    () ->
                            link.shards().stream()
                                    .anyMatch(shard ->
                                            shard.phase() == Phase.STREAMING
                                                    && shard.replicationId().equals(history)
                                                    && shard.appliedOffset() >= goal));
        }
    }

    /// What a replica is told; Redis before 4.0 has its run id for that.
    private static String historyOf(RedisServer primary) {
        String id = primary.info("master_replid");
        return id.isEmpty() ? primary.info("run_id") : id;
    }

    @Override
    public void close() {
        closers.forEach(Runnable::run);
    }
}
