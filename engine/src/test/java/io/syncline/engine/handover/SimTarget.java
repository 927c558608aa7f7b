package io.syncline.engine.handover;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// A simulated standalone target: what is in it, and what each pipeline noted there.
final class SimTarget {
    final Map<String, String> data = new TreeMap<>();
    final Map<Integer, byte[]> notes = new HashMap<>();
    final Map<Integer, Long> checkpoints = new HashMap<>();
}
