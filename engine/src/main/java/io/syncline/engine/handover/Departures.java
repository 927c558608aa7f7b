package io.syncline.engine.handover;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Slots that the server's own jobs are taking away from one pipeline's shard: what may be clearing
/// away is held back until the slot is given up. Belongs to the applier.
final class Departures {
    /// Held back of all slots. Clients do not delete so much in a moment: it is cleared away.
    private static final int HELD_BYTES = 16 << 20;

    private final SlotLedger ledger;
    private final int pipeline;
    private final SlotGate.Patience patience;
    private final Map<Integer, Leaving> slots = new TreeMap<>();
    private long heldBytes;

    Departures(SlotLedger ledger, int pipeline, SlotGate.Patience patience) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.patience = patience;
    }

    static boolean isDeletion(CommandView view, CommandSpec spec) {
        return spec.kind() == CommandKind.DELETE && view.argumentCount == 2;
    }

    void restore(List<SlotState.Departed> departed) {
        slots.clear();
        heldBytes = 0;
        departed.forEach(one -> {
            Since since = one.since();
            if (since != null) {
                one.slots().stream()
                        .forEach(slot ->
                                slots.put(slot, new Leaving(one.tenure(), new ParkedSlot(since))));
            }
        });
    }

    /// Where the first command of a slot stands that is held back; null for none.
    @Nullable Leaving of(int slot) {
        // Asked for each command, and nearly always there is none.
        return slots.isEmpty() ? null : slots.get(slot);
    }

    BitSet slots() {
        BitSet all = new BitSet();
        slots.keySet().forEach(all::set);
        return all;
    }

    /// The offset before the first command that is held back.
    long from() {
        return slots.values().stream()
                .mapToLong(leaving -> leaving.queue().since.offset())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// How the shard lost slots to jobs of the server, and since when commands of them are held
    /// back.
    ///
    /// @param exported how it lost slots that are held or waited for
    List<SlotState.Departed> state(Map<Integer, List<Tenure>> exported) {
        List<SlotState.Departed> state = new ArrayList<>();
        Map<List<Object>, SlotState.Departed> groups = new HashMap<>();
        exported.forEach((slot, tenures) -> {
            for (Tenure tenure : tenures) {
                Leaving leaving = slots.get(slot);
                boolean held = leaving != null && leaving.tenure().equals(tenure);
                Since since = leaving != null && held ? leaving.queue().since : null;
                groups.computeIfAbsent(
                                Arrays.asList(tenure, since),
                                key -> {
                                    var one = new SlotState.Departed(new BitSet(), tenure, since);
                                    state.add(one);
                                    return one;
                                })
                        .slots()
                        .set(slot);
            }
        });
        state.sort(Comparator.comparingLong(one -> one.tenure().end()));
        return state;
    }

    /// Begins to hold back, with a deletion that the shard ran when it may have lost the slot, all
    /// slots that it lost at that time: one note is enough for them.
    ///
    /// @param owned slots that are held
    /// @return whether that is so
    boolean begins(int slot, long offset, BitSet owned, Since since) {
        Tenure ended = ledger.endings().first(pipeline, slot);
        // A snapshot of the new owner lacks what it must not have.
        if (ended == null
                || !ended.exported()
                || offset <= ended.confirmed()
                || ledger.jobs().isInSnapshot(slot)) {
            return false;
        }
        ledger.jobs()
                .exported(pipeline, owned)
                .forEach((other, tenures) -> {
                    if (tenures.getFirst().equals(ended)) {
                        slots.putIfAbsent(other, new Leaving(ended, new ParkedSlot(since)));
                    }
                });
        return true;
    }

    void add(Leaving into, long offset, CommandView view, int database, long arrivedMillis) {
        into.queue().add(offset, view, database, arrivedMillis);
        heldBytes += view.length();
        if (heldBytes > HELD_BYTES) {
            slots.values().forEach(Departures::dropLast);
            heldBytes = slots.values().stream().mapToLong(one -> one.queue().bytes()).sum();
        }
    }

    private static void dropLast(Leaving leaving) {
        leaving.queue().dropDeletionsBehind(leaving.tenure().confirmed());
    }

    /// What is to be applied of slots that are given up.
    List<ParkedSlot> settled(BitSet lost) {
        List<ParkedSlot> queues = new ArrayList<>();
        slots.forEach((slot, leaving) -> {
            if (lost.get(slot)) {
                dropLast(leaving);
                queues.add(leaving.queue());
            }
        });
        return queues;
    }

    void forget(BitSet lost) {
        if (slots.keySet().removeIf(lost::get)) {
            heldBytes = slots.values().stream().mapToLong(one -> one.queue().bytes()).sum();
        }
    }

    /// Waits until the node has said whether it still owned the slot at a place of the stream.
    void awaitVerdict(int slot, long offset) throws RewindException {
        while (ledger.endings().confirmed(pipeline) < offset
                && ledger.endings().first(pipeline, slot) == null) {
            ledger.hurry(pipeline);
            await();
        }
    }

    /// Waits until the node has said which slots it still owned at a place of the stream.
    void awaitVerdict(long offset) throws RewindException {
        while (ledger.endings().confirmed(pipeline) < offset) {
            ledger.hurry(pipeline);
            await();
        }
    }

    private void await() throws RewindException {
        if (!patience.await()) {
            throw new StoppedException();
        }
    }
}
