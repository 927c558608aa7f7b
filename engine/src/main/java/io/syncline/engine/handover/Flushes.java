package io.syncline.engine.handover;

import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.SlotBook;
import java.io.IOException;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/// FLUSHALL and FLUSHDB of a shard, for the slots that are on their way to it: what it held of them
/// goes when they are given to its pipeline, since until then another one writes there. Belongs to
/// the applier.
final class Flushes {
    private final SlotLedger ledger;
    private final int pipeline;
    private final Parking parked;

    Flushes(SlotLedger ledger, int pipeline, Parking parked) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.parked = parked;
    }

    /// The shard ran one. What is held back before it is of no use any more; it is met again, and
    /// does the same, when the stream is read again for the sake of such a slot.
    ///
    /// @param databases of the target, in which it deleted
    /// @param offset behind it
    /// @param target knows of commands that an earlier process has applied
    void met(IntPredicate databases, long offset, SlotBook target) throws RewindException {
        for (int slot : parked.slots()) {
            ParkedSlot queue = parked.at(slot, offset);
            if (queue != null
                    && !target.isApplied(slot, offset)
                    && !ledger.survives(pipeline, slot, queue.begins, offset)) {
                parked.flush(queue, databases, offset);
            }
        }
    }

    /// Deletes what the former owner's stream has brought to the target, before what is held back
    /// behind a flush is applied. May be repeated until then.
    ///
    /// @param queues by slot
    static void apply(Map<Integer, ParkedSlot> queues, SlotBook target) throws IOException {
        IdentityHashMap<IntPredicate, BitSet> slots = new IdentityHashMap<>();
        queues.forEach((slot, queue) ->
                queue.flushes()
                        .forEach(databases ->
                                slots.computeIfAbsent(databases, key -> new BitSet()).set(slot)));
        for (var entry : slots.entrySet()) {
            target.clear(entry.getKey(), entry.getValue()::get);
        }
    }
}
