package io.syncline.server.instance;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import io.syncline.server.model.Probe;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Looks at an instance: does it answer, and what is it? Writes nothing there.
final class Prober {
    static final String CLIENT_NAME = "syncline:connectivity";

    private final InstantSource clock;

    Prober(InstantSource clock) {
        this.clock = clock;
    }

    Probe look(Endpoint endpoint) {
        Instance instance =
                new Instance(
                        endpoint,
                        new Connector(endpoint.credentials(), endpoint.tls(), CLIENT_NAME),
                        false);
        try {
            return seen(endpoint, instance);
        } catch (SynclineException e) {
            return unreachable(endpoint, e.failure());
        } catch (IOException e) {
            return unreachable(endpoint, failure(endpoint, Failure.words(e)));
        }
    }

    private static Failure failure(Endpoint endpoint, String words) {
        String place = endpoint.addresses().getFirst().toString();
        if (words.contains("cluster support disabled")) {
            return new Failure(
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    place,
                    "it is no cluster: " + words,
                    "Choose standalone, or name a node of the cluster");
        }
        if (words.contains("the sentinel answers 'ERR unknown command")) {
            return new Failure(
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    place,
                    "this is no sentinel: it knows no SENTINEL command",
                    "Name a sentinel, usually at port 26379, or choose standalone for the server"
                            + " itself");
        }
        return new Failure(
                ErrorCode.UNREACHABLE,
                place,
                words,
                "Check host, port, firewall and that the server runs");
    }

    private Probe seen(Endpoint endpoint, Instance instance) throws IOException {
        List<Probe.Shard> shards = new ArrayList<>();
        SortedMap<Integer, Long> databases = new TreeMap<>();
        List<String> from = new ArrayList<>();
        long used = 0;
        long limit = 0;
        String product = "";
        String role = "";
        for (Instance.Shard shard : instance.shards()) {
            try (Connection connection = instance.connector().open(shard.primary())) {
                ServerInfo info = ServerInfo.read(connection);
                product = product.isEmpty() ? info.product() : product;
                role = role.isEmpty() ? (info.isPrimary() ? "primary" : "replica") : role;
                info.keysByDatabase()
                        .forEach((index, keys) -> databases.merge(index, keys, Long::sum));
                long memory = Math.max(0, info.number("used_memory"));
                used += memory;
                limit += Math.max(0, info.number("maxmemory"));
                shards.add(
                        new Probe.Shard(
                                shard.primary().toString(),
                                shard.slots().cardinality(),
                                info.keysByDatabase().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum(),
                                memory,
                                (int) Math.max(0, info.number("connected_slaves"))));
                if (!from.contains(connection.localAddress())) {
                    from.add(connection.localAddress());
                }
            }
        }
        String topology =
                endpoint.topology() == Endpoint.Topology.SENTINEL
                        ? "sentinel"
                        : instance.isCluster() ? "cluster" : "standalone";
        return new Probe(
                clock.millis(),
                true,
                product,
                role,
                topology,
                shards,
                databases.entrySet().stream().map(Prober::database).toList(),
                used,
                limit,
                from,
                null);
    }

    private static Probe.Database database(Map.Entry<Integer, Long> entry) {
        return new Probe.Database(entry.getKey(), entry.getValue());
    }

    private Probe unreachable(Endpoint endpoint, Failure failure) {
        List<String> from = Addresses.towards(endpoint.addresses());
        boolean network = failure.code() == ErrorCode.UNREACHABLE;
        return new Probe(
                clock.millis(),
                false,
                "",
                "",
                "",
                List.of(),
                List.of(),
                0,
                0,
                from,
                new Probe.Trouble(
                        failure.code().name(),
                        failure.place(),
                        failure.reason(),
                        failure.remedy() + (network ? Addresses.allow(from) : "")));
    }
}
