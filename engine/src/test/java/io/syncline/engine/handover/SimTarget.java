package io.syncline.engine.handover;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A simulated target: what is in it, and what each pipeline noted there.
final class SimTarget {
    final Map<String, String> data = new TreeMap<>();
    final Map<Integer, byte[]> notes = new HashMap<>();
    final Map<Integer, Long> checkpoints = new HashMap<>();

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
}
