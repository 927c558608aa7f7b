package io.syncline.engine.twoway;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/// Hands the units of all streams to the pairs of their slots, or parks them.
final class SlotIntake {
    private final SlotTable table;
    private final SlotHolds holds;
    private final PairOptions.Rules rules;

    SlotIntake(SlotTable table, SlotHolds holds, PairOptions.Rules rules) {
        this.table = table;
        this.holds = holds;
        this.rules = rules;
    }

    /// Whether the next unit of a node's stream may be read now.
    boolean mayRead(Site site, int node, StreamUnit unit) {
        PairNode from = table.node(site, node);
        if (isFlush(unit) && !holds.isSighted(site)) {
            return false;
        }
        if (holds.isFull(from) || (table.isHeld(from) && !holds.isAwaited(from))) {
            return false;
        }
        Marker marker = unit.marker();
        if (marker == null || holds.waits(site, node, slotOf(unit), unit)) {
            return true;
        }
        if (isAnswerOwed(site, unit, marker)) {
            return false;
        }
        return !rules.holds(Rule.GATE)
                || marker.gate() <= table.position(site.other(), slotOf(unit))
                || isPast(site, unit, marker);
    }

    private boolean isAnswerOwed(Site site, StreamUnit unit, Marker marker) {
        SlotPair slot = table.find(slotOf(unit));
        return slot != null && slot.pair.isAnswerOwed(site, marker);
    }

    /// In the midst of a flush a slot is ahead of its node.
    private boolean isPast(Site site, StreamUnit unit, Marker marker) {
        SlotPair slot = table.find(slotOf(unit));
        return slot != null && marker.gate() <= slot.pair.position(site.other());
    }

    private static int slotOf(StreamUnit unit) {
        if (unit.slot() < 0) {
            throw new IllegalArgumentException("a unit of the pair names no slot");
        }
        return unit.slot();
    }

    /// Whether a unit empties databases: then it is read by [#readFlush].
    static boolean isFlush(StreamUnit unit) {
        if (unit.kind() != StreamUnit.Kind.LOCAL) {
            // What the pair's own emptying of a side does is for that side alone.
            return false;
        }
        for (PairCommand command : unit.commands()) {
            if (command.flush != null) {
                return true;
            }
        }
        return false;
    }

    /// Takes in the next unit of a node's stream.
    void read(Site site, int node, StreamUnit unit) {
        int only = unit.marker() != null ? slotOf(unit) : SlotParts.only(unit);
        if (only >= 0) {
            readSlot(site, node, only, unit, false);
        } else if (!unit.commands().isEmpty()) {
            parts(site, node, unit, SlotParts.of(unit, List.of(), slot -> Set.of()));
        }
        passed(site, node, unit);
    }

    /// Takes in the beginning or the end of a job that copies slots to a node.
    ///
    /// @param source the number of the primary that has them; negative when it is not known
    void readJob(Site site, int node, StreamUnit unit, JobMark job, int source) {
        holds.job(site, node, unit, job, source);
        passed(site, node, unit);
    }

    /// The slots in which a flush of a node may have deleted keys.
    BitSet flushed(Site site, int node) {
        BitSet slots = holds.questionable(site);
        slots.or(table.node(site, node).slots);
        return slots;
    }

    /// Takes in a unit that empties the node.
    ///
    /// @param present the keys that the other site has in a slot of that node, asked for since the
    ///   unit was the next one
    void readFlush(Site site, int node, StreamUnit unit, IntFunction<Collection<byte[]>> present) {
        BitSet emptied = flushed(site, node);
        Iterable<Integer> slots = () -> emptied.stream().iterator();
        parts(site, node, unit, SlotParts.of(unit, slots, slot -> present(site, slot, present)));
        passed(site, node, unit);
    }

    /// With what is on its way to there.
    private Set<KeyId> present(Site site, int slot, IntFunction<Collection<byte[]>> present) {
        Set<KeyId> keys = new HashSet<>();
        for (byte[] name : present.apply(slot)) {
            keys.add(new KeyId(0, name));
        }
        SlotPair of = table.find(slot);
        if (of != null) {
            of.pair.ledger().addKeys(site, keys);
            HeldSlot held = of.held;
            if (held != null) {
                held.addKeys(site, keys);
            }
        }
        return keys;
    }

    private void parts(
            Site site, int node, StreamUnit unit, Map<Integer, List<PairCommand>> parts) {
        int size = unit.size() / Math.max(1, parts.size()) + 1;
        boolean flush = isFlush(unit);
        parts.forEach((slot, commands) -> {
            boolean sweeps = flush && holds.waits(site, node, slot, unit);
            StreamUnit part =
                    new StreamUnit(
                            unit.kind(),
                            unit.offset(),
                            unit.database(),
                            unit.millis(),
                            sweeps ? SlotParts.swept(commands) : commands,
                            null,
                            size);
            readSlot(site, node, slot, part, flush);
        });
    }

    private void passed(Site site, int node, StreamUnit unit) {
        PairNode from = table.node(site, node);
        from.place = new StreamPlace(from.place.stream(), unit.offset(), unit.database());
    }

    /// @param settled whether it is no deletion that might be a move's
    private void readSlot(Site site, int node, int slot, StreamUnit unit, boolean settled) {
        SlotPair of = table.find(slot);
        if (of == null
                && unit.kind() == StreamUnit.Kind.SNAPSHOT
                && !holds.waits(site, node, slot, unit)) {
            return;
        }
        if (holds.park(site, node, slot, unit, settled)) {
            return;
        }
        if (of == null) {
            of = table.begin(slot);
        }
        of.advance();
        holds.read(of, site, unit.at(of.offset(site, unit.offset())));
        table.look(of);
    }
}
