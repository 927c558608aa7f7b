package io.syncline.server.demo;

import io.syncline.engine.command.Slots;
import java.io.IOException;
import java.util.List;

/// Makes a cluster of servers that know nothing of each other.
final class Clusters {
    private static final long POLL_MILLIS = 10;

    private Clusters() {}

    /// The node that serves a slot, of so many: each the same share, in their order.
    static int owner(int slot, int nodes) {
        return slot * nodes / Slots.COUNT;
    }

    private static int firstSlot(int node, int nodes) {
        return (node * Slots.COUNT + nodes - 1) / nodes;
    }

    /// Gives each its slots and has them meet.
    ///
    /// @param ports of the nodes, and behind them as many of their cluster buses
    /// @param deadline as `System.nanoTime` counts
    /// @return whether all agree in time
    static boolean join(List<Integer> ports, long deadline)
            throws IOException, InterruptedException {
        int count = ports.size() / 2;
        try (Site site = new Site(ports.subList(0, count))) {
            for (int node = 0; node < count; node++) {
                RespClient client = site.nodes().get(node);
                client.call(
                        "CLUSTER",
                        "ADDSLOTSRANGE",
                        Integer.toString(firstSlot(node, count)),
                        Integer.toString(firstSlot(node + 1, count) - 1));
                client.call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(node + 1));
                client.call(
                        "CLUSTER",
                        "MEET",
                        "127.0.0.1",
                        ports.getFirst().toString(),
                        ports.get(count).toString());
            }
            boolean joined = false;
            while (!joined && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
                joined = isJoined(site);
            }
            return joined;
        }
    }

    private static boolean isJoined(Site site) throws IOException {
        for (RespClient node : site.nodes()) {
            String info = node.call("CLUSTER", "INFO").toString();
            if (!info.contains("cluster_state:ok")
                    || !info.contains("cluster_known_nodes:" + site.nodes().size() + "\r")) {
                return false;
            }
        }
        return true;
    }
}
