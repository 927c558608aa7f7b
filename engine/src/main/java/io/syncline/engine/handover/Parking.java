package io.syncline.engine.handover;

import io.syncline.engine.resp.CommandView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What one pipeline holds back: for each slot, one queue for each ownership.
final class Parking {
    private final Map<Integer, Deque<ParkedSlot>> slots = new TreeMap<>();
    private long bytes;

    void clear() {
        slots.clear();
        bytes = 0;
    }

    void restore(Map<Integer, List<SlotState.Parked>> since) {
        clear();
        since.forEach((slot, places) -> {
            for (SlotState.Parked place : places) {
                open(slot, new ParkedSlot(place.since(), place.begins()));
            }
        });
    }

    Map<Integer, List<SlotState.Parked>> places() {
        Map<Integer, List<SlotState.Parked>> places = new TreeMap<>();
        slots.forEach((slot, queues) -> {
            List<SlotState.Parked> since = new ArrayList<>();
            queues.forEach(queue -> since.add(new SlotState.Parked(queue.since, queue.begins)));
            places.put(slot, since);
        });
        return places;
    }

    /// The slots with something held back.
    List<Integer> slots() {
        return new ArrayList<>(new TreeSet<>(slots.keySet()));
    }

    boolean has(int slot) {
        return slots.containsKey(slot);
    }

    /// The oldest queue of a slot; null for none.
    @Nullable ParkedSlot first(int slot) {
        // Asked for each command, and nearly always there is none.
        Deque<ParkedSlot> queues = slots.isEmpty() ? null : slots.get(slot);
        return queues == null ? null : queues.peekFirst();
    }

    /// The newest queue of a slot; null for none.
    @Nullable ParkedSlot last(int slot) {
        Deque<ParkedSlot> queues = slots.get(slot);
        return queues == null ? null : queues.peekLast();
    }

    /// Begins a queue for a new ownership.
    void open(int slot, Since since) {
        open(slot, new ParkedSlot(since));
    }

    /// Begins one that holds something back already.
    void open(int slot, ParkedSlot queue) {
        slots.computeIfAbsent(slot, key -> new ArrayDeque<>()).add(queue);
        bytes += queue.bytes();
    }

    /// Holds a command back, in the queue of the ownership that it was run in.
    void add(int slot, long offset, CommandView view, int database, long arrivedMillis) {
        ParkedSlot into = at(slot, offset);
        if (into == null) {
            throw new IllegalStateException("slot " + slot + " holds nothing back");
        }
        into.add(offset, view, database, arrivedMillis);
        bytes += view.length();
    }

    /// The queue of the ownership that a slot had at a place; null for none.
    @Nullable ParkedSlot at(int slot, long offset) {
        ParkedSlot found = null;
        for (ParkedSlot queue : slots.getOrDefault(slot, new ArrayDeque<>())) {
            if (queue.since.offset() < offset) {
                found = queue;
            }
        }
        return found;
    }

    /// The shard deleted what it held.
    void flush(ParkedSlot queue, IntPredicate databases, long offset) {
        bytes -= queue.bytes();
        queue.flush(databases, offset);
        bytes += queue.bytes();
    }

    /// Takes the oldest queue of a slot out.
    void close(int slot) {
        Deque<ParkedSlot> queues = slots.get(slot);
        ParkedSlot closed = queues == null ? null : queues.poll();
        if (closed != null) {
            bytes -= closed.bytes();
        }
        if (queues != null && queues.isEmpty()) {
            slots.remove(slot);
        }
    }

    /// Forgets what a slot holds back up to a place.
    void drop(int slot, long until) {
        Deque<ParkedSlot> queues = slots.getOrDefault(slot, new ArrayDeque<>());
        while (!queues.isEmpty() && queues.getFirst().since.offset() < until) {
            ParkedSlot first = queues.removeFirst();
            bytes -= first.bytes();
            ParkedSlot rest = first.behind(until);
            if (rest != null) {
                bytes += rest.bytes();
                queues.addFirst(rest);
            }
        }
        if (queues.isEmpty()) {
            slots.remove(slot);
        }
    }

    long bytes() {
        return bytes;
    }

    /// The offset before the first command that is held back.
    long from() {
        return slots.values().stream()
                .mapToLong(queues -> queues.getFirst().since.offset())
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
