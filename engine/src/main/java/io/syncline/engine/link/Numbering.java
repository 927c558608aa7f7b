package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which pipeline is for which shard of a cluster source. A number is kept for good: the target
/// knows a pipeline's position by it.
///
/// @param shards by the number of their pipeline
/// @param next the number of the pipeline for a shard that joins
record Numbering(SortedMap<Integer, Instance.Shard> shards, int next) {

    /// Finds each shard's pipeline by the nodes that it was for; a new shard gets a new one. What a
    /// pipeline of a shard that is no more has not read is lost.
    ///
    /// @param present the shards that there are; at least one
    /// @param known the nodes that each pipeline was for; none for one whose shard was dissolved
    static Numbering of(List<Instance.Shard> present, SortedMap<Integer, Set<String>> known) {
        SortedMap<Integer, Instance.Shard> assigned = new TreeMap<>();
        List<Instance.Shard> left = new ArrayList<>(present);
        for (var entry : known.entrySet()) {
            for (Instance.Shard shard : present) {
                if (left.contains(shard)
                        && shard.ids().stream().anyMatch(entry.getValue()::contains)) {
                    assigned.put(entry.getKey(), shard);
                    left.remove(shard);
                    break;
                }
            }
            boolean taken =
                    assigned.values().stream()
                            .anyMatch(shard ->
                                    shard.ids().stream().anyMatch(entry.getValue()::contains));
            if (!taken && !entry.getValue().isEmpty()) {
                assigned.put(
                        entry.getKey(),
                        new Instance.Shard(
                                present.getFirst().primary(), new BitSet(), entry.getValue()));
            }
        }
        int next = known.isEmpty() ? 0 : known.lastKey() + 1;
        for (Instance.Shard shard : left) {
            assigned.put(next++, shard);
        }
        return new Numbering(assigned, next);
    }
}
