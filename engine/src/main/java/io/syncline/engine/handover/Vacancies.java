package io.syncline.engine.handover;

import java.util.Map;
import java.util.TreeMap;

/// Slots for which commands are held back, and of which nothing is left at the shard up to a place
/// of its stream: those commands are of no use to anyone. Belongs to the applier.
final class Vacancies {
    private final SlotLedger ledger;
    private final int pipeline;
    private final Map<Integer, Long> ends = new TreeMap<>();

    Vacancies(SlotLedger ledger, int pipeline) {
        this.ledger = ledger;
        this.pipeline = pipeline;
    }

    void clear() {
        ends.clear();
    }

    /// The slot is applied after all, with everything that was held back.
    void taken(int slot) {
        ends.remove(slot);
    }

    /// Forgets such commands when they were read to their end, so that no later process meets half
    /// of them.
    ///
    /// @param offset of what was read
    /// @return whether there were any
    boolean drop(Parking parked, long offset) {
        boolean dropped = false;
        for (int slot : parked.slots()) {
            long until = ledger.vacatedUntil(pipeline, slot);
            if (until >= 0) {
                ends.putIfAbsent(slot, until);
            }
            long end = ends.getOrDefault(slot, Long.MAX_VALUE);
            if (end <= offset) {
                ends.remove(slot);
                parked.drop(slot, end);
                dropped = true;
                if (!parked.has(slot)) {
                    ledger.withdraw(pipeline, slot);
                }
            }
        }
        return dropped;
    }
}
