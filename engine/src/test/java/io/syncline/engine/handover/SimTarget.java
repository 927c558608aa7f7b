package io.syncline.engine.handover;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A simulated target: what is in it, and what each pipeline noted there.
final class SimTarget {
    final Map<String, String> data = new TreeMap<>();
    final Map<Integer, byte[]> notes = new HashMap<>();
    final Map<Integer, Long> checkpoints = new HashMap<>();

    /// Pipelines that have begun to write to it.
    final Set<Integer> taken = new HashSet<>();

    /// Processes that wrote to it, this one among them.
    int starts;

    /// Of each pipeline, how far each slot is, in a cluster; null for a standalone target.
    final @Nullable Map<Integer, Map<Integer, Long>> marks;

    /// Whether processes that write to it may die.
    final boolean mortal;

    SimTarget(boolean cluster, boolean mortal) {
        this.mortal = mortal;
        marks = cluster ? new HashMap<>() : null;
    }

    /// The marks of a cluster.
    Map<Integer, Map<Integer, Long>> marks() {
        return Objects.requireNonNull(marks, "a standalone target has none");
    }
}
