package io.syncline.bench;

import io.syncline.testkit.Endpoint;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.ServerBinary.Origin;
import io.syncline.testkit.Servers;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The servers of one side: one process, or a cluster's primaries.
record Site(boolean clustered, List<RedisServer> servers) implements AutoCloseable {
    Site {
        servers = List.copyOf(servers);
    }

    static Site single(String... config) {
        return new Site(false, List.of(builder(config).start()));
    }

    /// In the order of their slots: shard i owns the i-th share.
    static Site cluster(int shards, String... config) {
        RedisCluster cluster = RedisCluster.start(() -> builder(config), shards, 0);
        return new Site(true, cluster.nodes());
    }

    static Site of(int shards, String... config) {
        return shards == 1 ? single(config) : cluster(shards, config);
    }

    /// One plain server for each shard of a source, to become its replica.
    ///
    /// Not cluster nodes, since those cannot be cut from their primary without leaving the cluster;
    /// they save the bookkeeping of keys by slot, which is to the replica's advantage.
    static Site replicasFor(Site source, String... config) {
        return new Site(
                false, source.servers.stream().map(server -> builder(config).start()).toList());
    }

    /// Each server by itself; they are still closed by this one.
    List<Site> shards() {
        return servers.stream().map(server -> new Site(false, List.of(server))).toList();
    }

    /// Redis 7 as distributions build it: the embedded one lacks their allocator.
    static ServerBinary binary() {
        return Servers.those(binary -> binary.origin() != Origin.EMBEDDED).stream()
                .filter(binary -> binary.name().startsWith("redis-7"))
                .findFirst()
                .orElse(Servers.embedded());
    }

    private static RedisServerBuilder builder(String... config) {
        return RedisServer.builder().binary(binary()).config(config);
    }

    String uri() {
        String scheme = clustered ? "redis-cluster://" : "redis://";
        return servers.stream()
                .map(RedisServer::endpoint)
                .map(Endpoint::toString)
                .collect(Collectors.joining(",", scheme, ""));
    }

    int shardOf(String key) {
        int shards = servers.size();
        if (shards == 1) {
            return 0;
        }
        int slot = RedisCluster.slot(key);
        // RedisCluster gives shard i the slots from 16384 * i / shards on.
        return IntStream.range(0, shards)
                .filter(i -> slot < 16_384 * (i + 1) / shards)
                .findFirst()
                .orElseThrow();
    }

    long keys() {
        return servers.stream().mapToLong(server -> server.number("DBSIZE")).sum();
    }

    /// Of one field of INFO, over all servers.
    long sum(String infoField) {
        return servers.stream().mapToLong(s -> Long.parseLong(s.info(infoField))).sum();
    }

    @Override
    public void close() {
        servers.forEach(RedisServer::close);
    }
}
