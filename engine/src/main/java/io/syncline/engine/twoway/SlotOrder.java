package io.syncline.engine.twoway;

import io.syncline.engine.twoway.HeldSlot.Parked;
import io.syncline.engine.twoway.SlotRounds.Round;
import io.syncline.engine.twoway.Stints.Stint;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds the order of what waits of one slot at a site, up to where a round has found it at rest.
final class SlotOrder {
    private final SortedMap<Integer, List<Parked>> parked = new TreeMap<>();
    private final Round round;

    SlotOrder(HeldSlot held, Site site, Round round) {
        this.round = round;
        for (int i = 0; i < round.nodes().size(); i++) {
            parked.put(i, held.through(site, i, round.offset(i)));
        }
    }

    /// Whether every job that has begun to copy the slot by then has ended by then.
    boolean areCopiesOver() {
        for (var each : parked.entrySet()) {
            long offset = round.offset(each.getKey());
            for (Parked one : each.getValue()) {
                JobPart part = one.part();
                if (part != null && part.end > offset) {
                    return false;
                }
            }
        }
        return true;
    }

    /// What each owner did, in its order.
    ///
    /// @param first who owned the slot before
    /// @param last who owns it then
    /// @return null when the streams do not show it
    @Nullable List<Stint> stints(int first, int last) {
        boolean jobs = false;
        SortedMap<Integer, List<StreamUnit>> units = new TreeMap<>();
        for (var each : parked.entrySet()) {
            for (Parked one : each.getValue()) {
                jobs |= one.part() != null;
                // What came to the next owner for it may stand behind what that one said.
                boolean known =
                        each.getKey() == last
                                || one.ticket() <= round.number()
                                || !Stints.mayBeOfMove(one.unit());
                if (!known) {
                    return null;
                }
            }
            units.put(each.getKey(), each.getValue().stream().map(Parked::unit).toList());
        }
        return jobs ? JobStints.of(parked, first, last) : Stints.of(units, first, last);
    }
}
