package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Nodes of a cluster in memory, which execute units and may lose the last ones again.
final class SimulatedTarget {
    private final OwnKeys own;
    private final long epoch;
    private final int slots;
    private final int nodes;
    private final Map<String, String> keys = new HashMap<>();
    private final List<List<Undo>> history = new ArrayList<>();

    /// What keys held before a unit.
    private record Undo(Map<String, @Nullable String> before) {}

    /// @param slots how many are used, from 0 on
    SimulatedTarget(OwnKeys own, long epoch, int slots, int nodes) {
        this.own = own;
        this.epoch = epoch;
        this.slots = slots;
        this.nodes = nodes;
        for (int i = 0; i < nodes; i++) {
            history.add(new ArrayList<>());
        }
    }

    void clear() {
        keys.clear();
        history.forEach(List::clear);
    }

    /// What a user finds there.
    Map<String, String> userKeys() {
        Map<String, String> found = new HashMap<>(keys);
        found.keySet().removeIf(key -> key.startsWith(OwnKeys.PREFIX));
        return found;
    }

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
            }
        }
        history.get(slot % nodes).add(new Undo(before));
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

    /// How far each slot is.
    SlotMark[] marks() {
        SlotMark[] found = new SlotMark[slots];
        Arrays.fill(found, SlotMark.ABSENT);
        for (int slot = 0; slot < slots; slot++) {
            byte[] key = own.mark(0, Slots.tag(slot));
            String mark = keys.get(new String(key, UTF_8));
            if (mark != null) {
                found[slot] = SlotMark.decode(mark.getBytes(UTF_8), epoch);
            }
        }
        return found;
    }

    /// The last units of a node are gone: its replica, which had not heard of them, took over.
    void rollBack(int failed, int count) {
        List<Undo> node = history.get(failed);
        for (int i = 0; i < count && !node.isEmpty(); i++) {
            node.removeLast()
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
}
