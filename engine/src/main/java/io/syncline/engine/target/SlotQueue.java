package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;

/// Slots in the order in which they came, none of them twice.
final class SlotQueue {
    private static final int MASK = ClusterMap.SLOTS - 1;

    private final char[] slots = new char[ClusterMap.SLOTS];
    private int head;
    private int size;

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    void add(int slot) {
        slots[(head + size) & MASK] = (char) slot;
        size++;
    }

    int remove() {
        int slot = slots[head];
        head = (head + 1) & MASK;
        size--;
        return slot;
    }
}
