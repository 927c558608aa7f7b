package io.syncline.engine.twoway;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// How many of one key's ops touch which members, by the members' hashes: a hash that both sides
/// write has thousands in flight when a side was away, and each new one would be compared with all.
final class MemberCounts {
    private final Map<Integer, Integer> counts = new HashMap<>();

    void add(Op op) {
        for (byte[] member : op.effect.commutation().members()) {
            counts.merge(Arrays.hashCode(member), 1, Integer::sum);
        }
    }

    void remove(Op op) {
        for (byte[] member : op.effect.commutation().members()) {
            counts.computeIfPresent(
                    Arrays.hashCode(member), (hash, count) -> count == 1 ? null : count - 1);
        }
    }

    /// Whether any op here may touch a member that another one touches.
    boolean mayMeet(Op op) {
        for (byte[] member : op.effect.commutation().members()) {
            if (counts.containsKey(Arrays.hashCode(member))) {
                return true;
            }
        }
        return false;
    }
}
