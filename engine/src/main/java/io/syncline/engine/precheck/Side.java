package io.syncline.engine.precheck;

import io.syncline.engine.cluster.Instance;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/// The nodes of one side that answered, one for each shard.
///
/// @param name `source` or `target`
/// @param isWhole whether every shard answered
record Side(String name, Instance instance, List<Node> nodes, boolean isWhole) {
    Side {
        nodes = List.copyOf(nodes);
    }

    /// Whether checks can look at it.
    boolean isUsable() {
        return isWhole && !nodes.isEmpty() && nodes.stream().noneMatch(Node::isLost);
    }

    Node first() {
        return nodes.getFirst();
    }

    boolean isCluster() {
        return first().info().isCluster();
    }

    /// The node with the lowest version: what it cannot do, the side cannot.
    Node oldest() {
        return nodes.stream().min(BY_VERSION).orElseThrow();
    }

    Node newest() {
        return nodes.stream().max(BY_VERSION).orElseThrow();
    }

    private static final Comparator<Node> BY_VERSION =
            Comparator.comparingInt((Node node) -> node.info().major())
                    .thenComparingInt(node -> node.info().minor());

    /// Sums a number of INFO over all nodes, leaving out those that do not say.
    long sum(String field) {
        return nodes.stream().mapToLong(node -> Math.max(0, node.info().number(field))).sum();
    }

    /// Databases that hold keys now.
    NavigableSet<Integer> databasesWithKeys() {
        NavigableSet<Integer> databases = new TreeSet<>();
        nodes.forEach(node -> databases.addAll(node.info().keysByDatabase().keySet()));
        return databases;
    }
}
