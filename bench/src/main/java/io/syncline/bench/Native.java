package io.syncline.bench;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/// The server's own replication: what Syncline is measured against.
final class Native {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /// Reserved and never listened on: every try to connect is refused at once.
    private static final int CLOSED_PORT = 1;

    private Native() {}

    /// Makes each server a replica of its partner and waits until all have a copy.
    static void attach(Site replicas, Site source) {
        follow(replicas, source);
        awaitLinks(replicas);
    }

    /// Cuts replicas from their source; they keep their position and so may resume.
    static void cut(Site replicas) {
        replicas.servers()
                .forEach(server -> server.command("REPLICAOF", server.host(), CLOSED_PORT));
    }

    /// What `way` costs for one shard after the other: each has the machine for itself.
    ///
    /// @param way [#catchUp] or [#fullCopy]
    static Meter.Cost inTurn(BiFunction<Site, Site, Meter.Cost> way, Site replicas, Site source) {
        List<Site> each = replicas.shards();
        List<Site> primaries = source.shards();
        return IntStream.range(0, each.size())
                .mapToObj(i -> way.apply(each.get(i), primaries.get(i)))
                .reduce(Meter.Cost::plus)
                .orElseThrow();
    }

    /// From the moment replicas that were cut may connect until they have all that waits.
    static Meter.Cost catchUp(Site replicas, Site source) {
        long[] offsets =
                source.servers().stream()
                        .mapToLong(server -> offset(server, "master_repl_offset"))
                        .toArray();
        Meter meter = new Meter(source.servers(), replicas.servers());
        follow(replicas, source);
        List<RedisServer> servers = replicas.servers();
        for (int i = 0; i < offsets.length; i++) {
            RedisServer replica = servers.get(i);
            long wanted = offsets[i];
            Await.until(
                    replica + " has everything",
                    LONGEST,
                    () ->
                            replica.info("master_link_status").equals("up")
                                    && offset(replica, "slave_repl_offset") >= wanted);
        }
        return meter.stop();
    }

    /// A full synchronization, from REPLICAOF until the link is up.
    static Meter.Cost fullCopy(Site replicas, Site source) {
        Meter meter = new Meter(source.servers(), replicas.servers());
        attach(replicas, source);
        double seconds = meter.seconds();
        // The time of the child that wrote the snapshot counts once it has ended.
        Await.until(
                source + " has ended its snapshot",
                LONGEST,
                () -> source.sum("rdb_bgsave_in_progress") == 0);
        return meter.stop().in(seconds);
    }

    private static void follow(Site replicas, Site source) {
        for (int i = 0; i < replicas.servers().size(); i++) {
            RedisServer primary = source.servers().get(i);
            replicas.servers().get(i).command("REPLICAOF", primary.host(), primary.port());
        }
    }

    private static void awaitLinks(Site replicas) {
        for (RedisServer replica : replicas.servers()) {
            Await.until(
                    replica + " is in sync",
                    LONGEST,
                    () -> replica.info("master_link_status").equals("up"));
        }
    }

    private static long offset(RedisServer server, String field) {
        return Long.parseLong(server.info(field));
    }
}
