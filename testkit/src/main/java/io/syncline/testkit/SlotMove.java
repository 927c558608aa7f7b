package io.syncline.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.exceptions.JedisDataException;

/// The move of one slot from one primary to another, step by step; it begins when this is made.
public final class SlotMove {
    static final int BATCH = 100;

    private static final Duration MIGRATE = Duration.ofSeconds(10);

    private final RedisCluster cluster;
    private final int slot;
    private final RedisServer from;
    private final RedisServer to;

    SlotMove(RedisCluster cluster, int slot, RedisServer from, RedisServer to) {
        if (from == to) {
            throw new IllegalArgumentException("slot " + slot + " is at " + to + " already");
        }
        this.cluster = cluster;
        this.slot = slot;
        this.from = from;
        this.to = to;
        to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id(from));
        from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id(to));
    }

    /// Moves keys that are still at the old owner; returns how many, 0 when there were none.
    public int moveKeys(int most) {
        List<?> keys = Replies.list(from.command("CLUSTER", "GETKEYSINSLOT", slot, most));
        if (keys.isEmpty()) {
            return 0;
        }
        List<Object> words = new ArrayList<>();
        words.addAll(List.of("MIGRATE", to.host(), to.port(), "", 0, MIGRATE.toMillis()));
        String password = to.endpoint().password();
        if (password != null) {
            words.addAll(List.of("AUTH", password));
        }
        words.add("KEYS");
        words.addAll(keys);
        from.command(words.toArray());
        return keys.size();
    }

    /// Tells every primary of the new owner, the new owner first, and waits until all know.
    public void finish() {
        hand();
        cluster.awaitAgreement();
    }

    /// The same without waiting for the nodes to agree.
    public void hand() {
        String newOwner = cluster.id(to);
        to.command("CLUSTER", "SETSLOT", slot, "NODE", newOwner);
        giveUp(newOwner);
        for (RedisServer node : cluster.primaryNodes()) {
            if (node != to && node != from) {
                node.command("CLUSTER", "SETSLOT", slot, "NODE", newOwner);
            }
        }
    }

    /// A primary that hears that its last slot is gone becomes a replica of the new owner.
    private void giveUp(String newOwner) {
        try {
            from.command("CLUSTER", "SETSLOT", slot, "NODE", newOwner);
        } catch (JedisDataException e) {
            if (!String.valueOf(e.getMessage()).contains("only with masters")) {
                throw e;
            }
        }
    }
}
