package io.syncline.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisClusterCRC16;

/// Which primary of a cluster owns which slot, as one of its nodes sees it.
final class SlotMap {
    static final int SLOTS = 16_384;

    private final @Nullable Endpoint[] owners = new @Nullable Endpoint[SLOTS];

    private SlotMap() {}

    static SlotMap read(Endpoint seed) {
        try (Wire wire = seed.connect()) {
            return read(wire, seed);
        }
    }

    /// Reads CLUSTER SLOTS: a list of (first slot, last slot, (host, port, ...), replicas ...).
    private static SlotMap read(Wire wire, Endpoint seed) {
        SlotMap map = new SlotMap();
        for (Object range : wire.list("CLUSTER", "SLOTS")) {
            List<?> parts = Replies.list(range);
            List<?> owner = Replies.list(parts.get(2));
            // All nodes are on loopback, whatever other address they announce.
            Endpoint endpoint = seed.at(seed.host(), (int) Replies.number(owner.get(1)));
            Arrays.fill(
                    map.owners,
                    (int) Replies.number(parts.get(0)),
                    (int) Replies.number(parts.get(1)) + 1,
                    endpoint);
        }
        return map;
    }

    static int slot(byte[] key) {
        return JedisClusterCRC16.getSlot(key);
    }

    Endpoint owner(int slot) {
        Endpoint owner = owners[slot];
        if (owner == null) {
            throw new IllegalStateException("slot " + slot + " is served by no node");
        }
        return owner;
    }

    /// The slots of the node at a port.
    List<Integer> ownedBy(int port) {
        List<Integer> owned = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            Endpoint owner = owners[slot];
            if (owner != null && owner.port() == port) {
                owned.add(slot);
            }
        }
        return owned;
    }

    /// Each once, in the order of their first slots.
    List<Endpoint> primaries() {
        Set<Endpoint> distinct = new LinkedHashSet<>();
        for (Endpoint owner : owners) {
            if (owner != null) {
                distinct.add(owner);
            }
        }
        return new ArrayList<>(distinct);
    }

    /// Equal texts mean equal owners of every slot.
    String describe() {
        StringBuilder text = new StringBuilder();
        for (int slot = 0; slot < SLOTS; slot++) {
            if (slot == 0 || !Objects.equals(owners[slot], owners[slot - 1])) {
                text.append(slot).append(' ').append(owners[slot]).append('\n');
            }
        }
        return text.toString();
    }

    int served() {
        int served = 0;
        for (Endpoint owner : owners) {
            served += owner == null ? 0 : 1;
        }
        return served;
    }
}
