package io.syncline.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What one node of a cluster knows of the others' configuration epochs (CLUSTER NODES).
///
/// @param self the node's own id
/// @param primary whether it is a primary
/// @param epochs by node id
record ClusterView(String self, boolean primary, Map<String, Long> epochs) {
    private static final int ID = 0;
    private static final int FLAGS = 2;
    private static final int EPOCH = 6;

    static ClusterView of(RedisServer node) {
        String self = "";
        boolean primary = false;
        Map<String, Long> epochs = new HashMap<>();
        for (String line : node.text("CLUSTER", "NODES").lines().toList()) {
            String[] words = line.split(" ", -1);
            epochs.put(words[ID], Long.parseLong(words[EPOCH]));
            if (words[FLAGS].contains("myself")) {
                self = words[ID];
                primary = words[FLAGS].contains("master");
            }
        }
        return new ClusterView(self, primary, epochs);
    }

    /// Whether another node knows this one's own epoch. A replica has none of its own.
    boolean isKnownTo(ClusterView other) {
        return !primary || Objects.equals(epochs.get(self), other.epochs.get(self));
    }

    /// Whether nodes see all slots served, by the same owners, and know each other's epochs.
    static boolean agree(List<RedisServer> nodes) {
        String seen = "";
        for (RedisServer node : nodes) {
            SlotMap map = SlotMap.read(node.endpoint());
            boolean ok = node.text("CLUSTER", "INFO").contains("cluster_state:ok");
            String owners = map.describe();
            if (!ok || map.served() < SlotMap.SLOTS || !(seen.isEmpty() || seen.equals(owners))) {
                return false;
            }
            seen = owners;
        }
        List<ClusterView> views = nodes.stream().map(ClusterView::of).toList();
        return views.stream().allMatch(view -> views.stream().allMatch(view::isKnownTo));
    }
}
