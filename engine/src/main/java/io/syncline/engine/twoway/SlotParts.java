package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/// Takes a unit of a stream apart by hash slots, since a transaction of a cluster stays in one.
///
/// A command over several slots, which only a standalone site can make, becomes in each slot the
/// keys that it wrote there, to be copied as they are. A flush becomes the deletion of the keys
/// that the other site has in each slot.
final class SlotParts {
    private static final byte[] NO_WIRE = {};

    private SlotParts() {}

    /// The slot of a unit whose keys are all in one; [StreamUnit#NO_SLOT] for others.
    static int only(StreamUnit unit) {
        int found = StreamUnit.NO_SLOT;
        for (PairCommand command : unit.commands()) {
            if (command.flush != null) {
                return StreamUnit.NO_SLOT;
            }
            for (Effect effect : command.effects) {
                int slot = slot(effect);
                if (found != StreamUnit.NO_SLOT && found != slot) {
                    return StreamUnit.NO_SLOT;
                }
                found = slot;
            }
        }
        return found;
    }

    private static int slot(Effect effect) {
        return effect.key().database() < 0 ? StreamUnit.NO_SLOT : effect.key().slot();
    }

    /// Its commands by slot. What belongs to no slot is left out.
    ///
    /// @param present names the keys that a flush deletes in a slot: all that may be there
    /// @param slots that a flush empties
    static Map<Integer, List<PairCommand>> of(
            StreamUnit unit, Iterable<Integer> slots, IntFunction<Set<KeyId>> present) {
        Map<Integer, List<PairCommand>> parts = new LinkedHashMap<>();
        for (PairCommand command : unit.commands()) {
            if (command.flush != null) {
                for (int slot : slots) {
                    delete(slot, present.apply(slot), parts);
                }
            } else {
                split(command, parts);
            }
        }
        return parts;
    }

    private static void delete(
            int slot, Set<KeyId> present, Map<Integer, List<PairCommand>> parts) {
        Set<KeyId> keys = new LinkedHashSet<>(present);
        for (PairCommand before : parts.getOrDefault(slot, List.of())) {
            for (Effect effect : before.effects) {
                keys.add(effect.key());
            }
        }
        for (KeyId key : keys) {
            parts.computeIfAbsent(slot, s -> new ArrayList<>()).add(PairCommand.delete(key));
        }
    }

    private static void split(PairCommand command, Map<Integer, List<PairCommand>> parts) {
        Map<Integer, List<Effect>> bySlot = new LinkedHashMap<>();
        for (Effect effect : command.effects) {
            int slot = slot(effect);
            if (slot != StreamUnit.NO_SLOT) {
                bySlot.computeIfAbsent(slot, s -> new ArrayList<>()).add(effect);
            }
        }
        if (bySlot.size() == 1) {
            parts.computeIfAbsent(bySlot.keySet().iterator().next(), s -> new ArrayList<>())
                    .add(command);
            return;
        }
        bySlot.forEach((slot, effects) -> {
            Effect[] written = effects.stream().filter(Effect::writes).toArray(Effect[]::new);
            if (written.length > 0) {
                parts.computeIfAbsent(slot, s -> new ArrayList<>()).add(copied(written));
            }
        });
    }

    /// Stands for keys that are to be copied as they are.
    private static PairCommand copied(Effect[] written) {
        return new PairCommand(0, NO_WIRE, 0, written, false, false, true);
    }

    /// What a flush becomes in a slot of which nobody can say yet which of its keys were at the
    /// node: each of them is copied as it is then.
    static List<PairCommand> swept(List<PairCommand> commands) {
        List<PairCommand> swept = new ArrayList<>();
        for (PairCommand each : commands) {
            PairCommand made = copied(each.effects);
            made.sweeps = true;
            swept.add(made);
        }
        return swept;
    }
}
