package io.syncline.engine.cluster;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which primary owns which slot, as one node of the cluster sees it (CLUSTER SLOTS, since 3.0).
public final class ClusterMap {
    public static final int SLOTS = 16_384;

    /// Places in a line of CLUSTER NODES; slots are named by primaries that have some.
    private static final int FLAGS_WORD = 2;

    private static final int EPOCH_WORD = 6;
    private static final int SLOTS_WORD = 8;

    private final @Nullable HostPort[] owners = new HostPort[SLOTS];
    private final Map<HostPort, BitSet> slotsByPrimary = new LinkedHashMap<>();
    private final List<HostPort> nodes = new ArrayList<>();
    private final Map<String, HostPort> byId = new HashMap<>();
    private long epoch;

    private ClusterMap() {}

    /// Asks one node.
    ///
    /// @throws IOException when it cannot answer now
    public static ClusterMap read(Connection connection) throws IOException {
        Reply reply = connection.call("CLUSTER", "SLOTS");
        if (reply instanceof Reply.Failure failure) {
            if (failure.text().startsWith("NOPERM")) {
                throw new SynclineException(
                        ErrorCode.NOT_PERMITTED,
                        connection.address().toString(),
                        "the account may not run CLUSTER SLOTS: " + failure.text(),
                        "Allow it +cluster|slots");
            }
            throw new IOException("CLUSTER SLOTS is answered with '" + failure.text() + "'");
        }
        ClusterMap map = new ClusterMap();
        if (reply instanceof Reply.Items items) {
            for (Reply item : items.items()) {
                map.add(item, connection.address());
            }
        }
        map.epoch = epoch(connection.call("CLUSTER", "NODES"));
        return map;
    }

    /// The highest configuration epoch of any primary with slots: each change of an owner makes a
    /// new highest one (cluster.c), so a node that has missed the last change shows a lower one.
    private static long epoch(Reply nodes) {
        long highest = 0;
        if (nodes instanceof Reply.Bulk text) {
            for (String line : text.utf8().split("\n", -1)) {
                String[] words = line.split(" ", -1);
                if (words.length > SLOTS_WORD && words[FLAGS_WORD].contains("master")) {
                    highest = Math.max(highest, Long.parseLong(words[EPOCH_WORD]));
                }
            }
        }
        return highest;
    }

    private void add(Reply range, HostPort asked) throws IOException {
        if (!(range instanceof Reply.Items items)
                || items.items().size() < 3
                || !(items.items().get(0) instanceof Reply.Whole first)
                || !(items.items().get(1) instanceof Reply.Whole last)
                || first.value() < 0
                || last.value() >= SLOTS) {
            throw new IOException("CLUSTER SLOTS is answered with a range of no known form");
        }
        for (int i = 2; i < items.items().size(); i++) {
            HostPort node = node(items.items().get(i), asked);
            nodes.add(node);
            // Ids are told since 4.0.
            if (items.items().get(i) instanceof Reply.Items words
                    && words.items().size() > 2
                    && words.items().get(2) instanceof Reply.Bulk id) {
                byId.put(id.utf8(), node);
            }
            if (i == 2) {
                BitSet slots = slotsByPrimary.computeIfAbsent(node, key -> new BitSet(SLOTS));
                for (int slot = (int) first.value(); slot <= last.value(); slot++) {
                    owners[slot] = node;
                    slots.set(slot);
                }
            }
        }
    }

    /// A node may not know its own address yet; then it is the one we asked it at.
    private static HostPort node(Reply node, HostPort asked) throws IOException {
        if (node instanceof Reply.Items items
                && items.items().size() >= 2
                && items.items().get(1) instanceof Reply.Whole port) {
            String host = items.items().get(0) instanceof Reply.Bulk bulk ? bulk.utf8() : "";
            boolean unknown = host.isEmpty() || host.equals("?");
            return new HostPort(unknown ? asked.host() : host, (int) port.value());
        }
        throw new IOException("CLUSTER SLOTS is answered with a node of no known form");
    }

    /// Grows with every change of an owner; 0 when the node does not let us know.
    public long epoch() {
        return epoch;
    }

    public @Nullable HostPort owner(int slot) {
        return owners[slot];
    }

    /// Primaries that own slots, by their lowest slot.
    public List<HostPort> primaries() {
        List<HostPort> primaries = new ArrayList<>(slotsByPrimary.keySet());
        primaries.sort((a, b) -> Integer.compare(slots(a).nextSetBit(0), slots(b).nextSetBit(0)));
        return primaries;
    }

    /// The slots of a primary.
    public BitSet slots(HostPort primary) {
        BitSet slots = slotsByPrimary.get(primary);
        return slots == null ? new BitSet() : (BitSet) slots.clone();
    }

    /// The address of a node by its id, in the form that suits this connection (TLS, host names);
    /// null when it is not named.
    public @Nullable HostPort address(String id) {
        return byId.get(id);
    }

    /// Every node that was named, replicas too.
    public List<HostPort> nodes() {
        return List.copyOf(nodes);
    }

    /// How many slots have no owner.
    public int uncovered() {
        int uncovered = 0;
        for (HostPort owner : owners) {
            uncovered += owner == null ? 1 : 0;
        }
        return uncovered;
    }
}
