package io.syncline.engine.twoway;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Reads what waited of a slot, when its order is known: of both sites, as the echoes allow.
final class SlotFeed {
    private final SlotTable table;
    private final PairOptions.Rules rules;
    private SlotPairs.@Nullable Lost lost;

    SlotFeed(SlotTable table, PairOptions.Rules rules) {
        this.table = table;
        this.rules = rules;
    }

    /// A slot whose owners an earlier run has counted otherwise.
    SlotPairs.@Nullable Lost lost() {
        return lost;
    }

    /// Reads what may be read now.
    ///
    /// @return whether that was anything
    boolean feed(SlotPair slot, HeldSlot of) {
        boolean any = false;
        boolean more = true;
        while (more) {
            more = feed(slot, of, Site.SOURCE);
            more |= feed(slot, of, Site.TARGET);
            any |= more;
        }
        if (any) {
            table.look(slot);
        }
        return any;
    }

    private boolean feed(SlotPair slot, HeldSlot of, Site site) {
        ArrayDeque<StreamUnit> ready = of.ready(site);
        boolean any = false;
        for (StreamUnit next = ready.peekFirst();
                next != null && mayFeed(slot, of, site, next);
                next = ready.peekFirst()) {
            ready.removeFirst();
            table.enter(slot, site, next.offset());
            read(slot, site, next);
            any = true;
        }
        return any;
    }

    private boolean mayFeed(SlotPair slot, HeldSlot of, Site site, StreamUnit unit) {
        Marker marker = unit.marker();
        if (marker != null && slot.pair.isAnswerOwed(site, marker)) {
            return false;
        }
        return marker == null
                || !rules.holds(Rule.GATE)
                || marker.gate() <= slot.pair.position(site.other())
                || marker.gate() < next(slot, of, site.other());
    }

    /// The place of the next unit of a site; that behind the last one when there is none.
    private static long next(SlotPair slot, HeldSlot of, Site site) {
        StreamUnit ready = of.ready(site).peekFirst();
        if (ready != null) {
            return ready.offset();
        }
        StreamUnit parked = of.firstOf(site, slot.node(site).index);
        if (of.isMoving(site)) {
            return slot.pair.position(site);
        }
        return parked != null ? slot.offset(site, parked.offset()) : slot.place(site).offset() + 1;
    }

    /// Reads one unit.
    ///
    /// @param unit at its place within the slot
    void read(SlotPair slot, Site site, StreamUnit unit) {
        Marker marker = unit.marker();
        Site other = site.other();
        if (marker != null && !table.isCountedAlike(other, slot.slot, marker.through())) {
            lost = new SlotPairs.Lost(other, slot.slot);
        }
        meetDeletions(slot.pair.ledger(), site, unit);
        slot.pair.read(site, unit);
    }

    /// A flush that is read again does not tell any more which keys were deleted for it, when they
    /// are gone: what the site did to them without knowing is in conflict with their deletion.
    ///
    /// @param unit of the pair in the site's stream, about to be read
    private static void meetDeletions(Ledger ledger, Site site, StreamUnit unit) {
        Marker marker = unit.marker();
        for (PairCommand command : unit.commands()) {
            for (Effect effect : command.effects) {
                if (marker != null
                        && command.deletes
                        && marker.deletes().contains(effect.key())
                        && !marker.transfers().containsKey(effect.key())) {
                    meetDeletion(ledger, site, effect.key());
                }
            }
        }
    }

    private static void meetDeletion(Ledger ledger, Site site, KeyId key) {
        KeyState state = ledger.find(key);
        if (state == null || hasAny(state.ops(site.other()), true)) {
            return;
        }
        if (hasAny(state.ops(site), false)) {
            ledger.latch(key, LatchCause.CONFLICT);
        }
    }

    private static boolean hasAny(OpList ops, boolean deletion) {
        for (Op op : ops) {
            boolean deletes = op.effect.commutation().group() == Commutation.Group.DELETE;
            if (op.writes() && deletes == deletion) {
                return true;
            }
        }
        return false;
    }
}
