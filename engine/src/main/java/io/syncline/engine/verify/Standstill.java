package io.syncline.engine.verify;

import io.syncline.engine.cluster.ServerInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a side says of all its nodes that changes with every write: while it stays the same, so did
/// every key.
///
/// When nobody writes at either side, and every key of the source was scanned once and was there at
/// the target, and the target has as many keys as the source, then it has no other: counting takes
/// the place of a second scan.
///
/// @param facts of each node; empty when some node does not tell enough
record Standstill(List<List<String>> facts) {
    /// What must not change: the process, its role, writes since the last save of the data and that
    /// save (`rdb_saves` since Redis 7.0), and what the server removed by itself.
    private static final List<String> FIELDS =
            List.of(
                    "run_id",
                    "role",
                    "rdb_changes_since_last_save",
                    "rdb_last_save_time",
                    "rdb_saves",
                    "expired_keys",
                    "evicted_keys");

    Standstill {
        facts = List.copyOf(facts);
    }

    /// As it was when the side was opened.
    static Standstill first(Side side) {
        return of(side.nodes());
    }

    /// As it is now.
    static Standstill now(Side side) throws IOException {
        List<ServerInfo> nodes = new ArrayList<>();
        for (ServerInfo node : side.nodes()) {
            nodes.add(side.info(node.address()));
        }
        return of(nodes);
    }

    private static Standstill of(List<ServerInfo> nodes) {
        List<List<String>> facts = new ArrayList<>();
        for (ServerInfo node : nodes) {
            List<String> one = new ArrayList<>();
            for (String field : FIELDS) {
                if (node.field(field).isEmpty()) {
                    return new Standstill(List.of());
                }
                one.add(node.field(field));
            }
            one.add(node.keysByDatabase().toString());
            facts.add(one);
        }
        return new Standstill(facts);
    }

    /// Whether nothing has changed since then, as far as the nodes can tell.
    boolean isSince(Standstill before) {
        return !facts.isEmpty() && facts.equals(before.facts);
    }
}
