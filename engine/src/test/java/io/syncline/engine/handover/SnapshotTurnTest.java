package io.syncline.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// When a snapshot's slots may be taken.
class SnapshotTurnTest {
    private static final int SLOT = 7;

    private final SlotLedger ledger = new SlotLedger();
    private final BitSet owned = new BitSet();

    /// The answer is to a question from before the snapshot, when the shard did not own the slot:
    /// its pipeline would give the slot up at once, and another one would apply old commands there.
    @Test
    void anAnswerFromBeforeASnapshotDoesNotTakeItsSlotsAway() {
        ledger.join(0, () -> {}, () -> {});
        ledger.registerAnew(0);
        SnapshotTurn turn = turn();

        turn.expect(slots(SLOT));
        assertThat(turn.take()).as("before any answer").isFalse();
        ledger.observed(0, sighting(10, new BitSet(), slots(SLOT)));
        assertThat(turn.take()).as("behind one of a question from before").isFalse();
        ledger.observed(0, sighting(30, slots(SLOT), new BitSet()));

        assertThat(turn.take()).isTrue();
        assertThat(ledger.ended(0, SLOT)).as("the ownership goes on").isNull();
        assertThat(owned).isEqualTo(slots(SLOT));
    }

    /// A node without slots becomes some other one's replica, which says nothing of slots.
    @Test
    void aSnapshotWithoutSlotsWaitsForNoAnswer() {
        ledger.join(0, () -> {}, () -> {});
        ledger.registerAnew(0);
        SnapshotTurn turn = turn();

        turn.expect(new BitSet());

        assertThat(turn.take()).isTrue();
    }

    private SnapshotTurn turn() {
        SimWriter writer = new SimWriter(new SimTarget(true, false), 0, owned, new Random(0));
        var settings = new GateSettings(ledger, 0, writer, owned, null, () -> true, () -> {});
        return new SnapshotTurn(settings, owned::clear);
    }

    private static Sighting sighting(long offset, BitSet owned, BitSet empty) {
        return new Sighting(offset, owned, new BitSet(), new BitSet(), empty, offset);
    }

    private static BitSet slots(int slot) {
        BitSet slots = new BitSet();
        slots.set(slot);
        return slots;
    }
}
