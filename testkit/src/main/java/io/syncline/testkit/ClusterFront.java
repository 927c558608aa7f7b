package io.syncline.testkit;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// The proxies that a cluster's nodes announce as their addresses, on a loopback address of their
/// own with the nodes' own ports: one for clients and one, always well, for the bus.
final class ClusterFront implements AutoCloseable {
    static final String HOST = "127.0.0.2";

    private final Map<RedisServer, FaultProxy> clients = new HashMap<>();
    private final Map<RedisServer, FaultProxy> buses = new HashMap<>();

    void add(RedisServer node) {
        int bus = node.port() + Ports.BUS_OFFSET;
        Endpoint direct = node.endpoint();
        clients.put(node, FaultProxy.at(new InetSocketAddress(HOST, node.port()), direct));
        buses.put(
                node,
                FaultProxy.at(new InetSocketAddress(HOST, bus), direct.at(direct.host(), bus)));
    }

    FaultProxy of(RedisServer node) {
        return Objects.requireNonNull(clients.get(node), () -> node + " has no proxy");
    }

    @Override
    public void close() {
        clients.values().forEach(FaultProxy::close);
        buses.values().forEach(FaultProxy::close);
    }
}
