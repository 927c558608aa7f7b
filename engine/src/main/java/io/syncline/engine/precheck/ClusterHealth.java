package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Whether a cluster serves every slot and none is on the move, as each of its primaries sees it.
final class ClusterHealth {
    static final Check.Questions QUESTIONS =
            (node, plan) ->
                    node.info().isCluster()
                            ? List.of(List.of("CLUSTER", "INFO"), List.of("CLUSTER", "NODES"))
                            : List.of();

    /// Slots named in a finding; a resharding moves one at a time.
    private static final int MOST_SLOTS_NAMED = 5;

    private ClusterHealth() {}

    static void judge(Node node, Plan plan, Verdict verdict) throws IOException {
        if (!node.info().isCluster()) {
            return;
        }
        Map<String, String> info = node.clusterInfo();
        String nodes = node.clusterNodes();
        if (info.isEmpty() || nodes == null) {
            verdict.unknown(node, "the cluster", Replies.text(node.ask("CLUSTER", "INFO")));
            return;
        }
        String state = info.getOrDefault("cluster_state", "");
        String served = info.getOrDefault("cluster_slots_ok", "?");
        if (!state.equals("ok") || !served.equals(Integer.toString(ClusterMap.SLOTS))) {
            verdict.error(
                    node.address(),
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    "cluster_state is "
                            + state
                            + ", and "
                            + served
                            + " of "
                            + ClusterMap.SLOTS
                            + " slots are served",
                    "Bring the missing nodes back, or assign their slots (redis-cli --cluster fix)");
            return;
        }
        List<String> moving = movingSlots(nodes);
        if (moving.isEmpty()) {
            verdict.ok(node.address(), "cluster_state is ok, all slots are served, none moves");
        } else {
            verdict.warning(
                    node.address(),
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    Amount.count(moving.size(), "slot")
                            + (moving.size() == 1 ? " is" : " are")
                            + " being moved: "
                            + Replies.list(moving, MOST_SLOTS_NAMED),
                    "Let the resharding end first, or finish one that was abandoned (redis-cli"
                            + " --cluster fix)");
        }
    }

    /// Slots that the asked node imports or gives away: `[93->-id]`, `[77-<-id]` at the end of its
    /// own line of CLUSTER NODES.
    static List<String> movingSlots(String clusterNodes) {
        TreeSet<Integer> slots = new TreeSet<>();
        for (String line : clusterNodes.split("\n", -1)) {
            if (line.contains("myself")) {
                for (String word : line.split(" ", -1)) {
                    int dash = word.indexOf('-');
                    if (word.startsWith("[") && dash > 1) {
                        slots.add(Integer.parseInt(word.substring(1, dash)));
                    }
                }
            }
        }
        List<String> texts = new ArrayList<>();
        slots.forEach(slot -> texts.add(slot.toString()));
        return texts;
    }
}
