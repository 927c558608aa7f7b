package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cluster of two nodes in memory that can forget its newest writes, node by node.
final class SimulatedCluster {
    static final int SLOTS = 6;
    static final int NODES = 2;
    static final long EPOCH = 7;
    private static final TargetLayout LAYOUT = layout();

    /// Before the name of a mark: it goes with the time.
    private static final String EXPIRES = "expires:";

    private final WriterSettings settings;
    private final Map<String, String> keys = new HashMap<>();
    private final List<List<Undo>> history = new ArrayList<>();

    SimulatedCluster(WriterSettings settings) {
        this.settings = settings;
        for (int i = 0; i < NODES; i++) {
            history.add(new ArrayList<>());
        }
    }

    /// What keys held before a unit.
    private record Undo(Map<String, @Nullable String> before) {}

    void execute(Batch batch, int unit) {
        int first = SlotUnits.firstCommand(batch, unit);
        int count = batch.units[unit] & Batch.COUNT_MASK;
        int slot = batch.slots[unit];
        Map<String, @Nullable String> before = new HashMap<>();
        for (int i = first; i < first + count; i++) {
            CommandView view = BatchSurgery.view(batch, i);
            boolean append = view.isWord(0, "APPEND");
            for (int j = 1; j < view.argumentCount; j += 2) {
                String key = view.text(j);
                if (Slots.of(view.argument(j)) != slot) {
                    throw new AssertionError(key + " is not in slot " + slot);
                }
                if (!before.containsKey(key)) {
                    before.put(key, keys.get(key));
                }
                keys.merge(key, view.text(j + 1), append ? String::concat : (a, b) -> b);
                // SET takes an expiry off.
                String expiry = keys.remove(EXPIRES + key);
                before.putIfAbsent(EXPIRES + key, expiry);
            }
        }
        history.get(nodeOf(slot)).add(new Undo(before));
        if (unit == 0) {
            requireWholeWire(batch);
        }
    }

    /// What is on the wire is exactly what the units say, in transactions or alone.
    private static void requireWholeWire(Batch batch) {
        List<String> expected = new ArrayList<>();
        int command = 0;
        for (int unit = 0; unit < batch.unitCount; unit++) {
            boolean transaction = (batch.units[unit] & Batch.PLAIN) == 0;
            if (transaction) {
                expected.add("MULTI");
            }
            for (int i = 0; i < (batch.units[unit] & Batch.COUNT_MASK); i++) {
                expected.add(BatchSurgery.view(batch, command++).text(0));
            }
            if (transaction) {
                expected.add("EXEC");
            }
        }
        List<String> found = new ArrayList<>();
        CommandView view = new CommandView();
        for (int at = 0; at < batch.wire.length; at = view.end) {
            assertThat(new CommandParser().parse(batch.wire.array, at, batch.wire.length, view))
                    .isTrue();
            found.add(view.text(0));
        }
        assertThat(found).isEqualTo(expected);
    }

    // ---- marks and floors ----

    SlotMark[] marks() {
        SlotMark[] found = new SlotMark[SLOTS];
        Arrays.fill(found, SlotMark.ABSENT);
        for (int slot = 0; slot < SLOTS; slot++) {
            String mark = keys.get(markKey(slot));
            if (mark != null) {
                found[slot] = SlotMark.decode(mark.getBytes(UTF_8), EPOCH);
            }
        }
        return found;
    }

    private void put(int node, String key, @Nullable String value) {
        Map<String, @Nullable String> before = new HashMap<>();
        before.put(key, value == null ? keys.remove(key) : keys.put(key, value));
        history.get(node).add(new Undo(before));
    }

    private static int nodeOf(int slot) {
        return slot % NODES;
    }

    private static TargetLayout layout() {
        List<BitSet> slots = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            slots.add(new BitSet());
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            slots.get(nodeOf(slot)).set(slot);
        }
        return TargetLayout.of(1, slots, null, new BitSet());
    }

    private String floorKey(int node) {
        int slot = LAYOUT.groups().get(node).keySlot();
        return new String(settings.keys().nodeFloor(0, Slots.tag(slot)), UTF_8);
    }

    /// Lets a node say how far it is.
    void writeFloor(int node, Checkpoint floor) {
        put(node, floorKey(node), new String(NodeFloor.encode(EPOCH, floor, 1), UTF_8));
    }

    /// @param durable the floor of the whole pipeline
    NodeFloors floors(Checkpoint durable) {
        NodeFloor[] found = new NodeFloor[NODES];
        for (int node = 0; node < NODES; node++) {
            String text = keys.get(floorKey(node));
            found[node] =
                    text == null ? NodeFloor.ABSENT : NodeFloor.decode(text.getBytes(UTF_8), EPOCH);
        }
        return new NodeFloors(LAYOUT, found, durable);
    }

    private String markKey(int slot) {
        return new String(settings.keys().mark(0, Slots.tag(slot)), UTF_8);
    }

    /// All marks go with the time, from now on.
    void expireMarks() {
        for (int slot = 0; slot < SLOTS; slot++) {
            put(nodeOf(slot), EXPIRES + markKey(slot), "");
        }
    }

    /// Takes the expiry off all marks that are still there.
    ///
    /// @param late whether those that were to go are gone
    void keepMarks(boolean late) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (keys.containsKey(EXPIRES + markKey(slot))) {
                if (late) {
                    put(nodeOf(slot), markKey(slot), null);
                }
                put(nodeOf(slot), EXPIRES + markKey(slot), null);
            }
        }
    }

    /// A node loses its newest writes.
    void rollBack(int node, int count) {
        List<Undo> undos = history.get(node);
        for (int i = 0; i < count && !undos.isEmpty(); i++) {
            undos.removeLast()
                    .before
                    .forEach((key, value) -> {
                        if (value == null) {
                            keys.remove(key);
                        } else {
                            keys.put(key, value);
                        }
                    });
        }
    }

    void clear() {
        keys.clear();
        history.forEach(List::clear);
    }

    /// What users see.
    Map<String, String> data() {
        Map<String, String> data = new HashMap<>(keys);
        data.keySet().removeIf(key -> key.startsWith(OwnKeys.PREFIX) || key.startsWith(EXPIRES));
        return data;
    }
}
