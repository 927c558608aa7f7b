package io.syncline.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A slot that MIGRATE moves while nodes still tell of a job that had moved it before.
class MixedMovesTest {
    private static final int SLOT = 7;
    private static final BitSet NONE = new BitSet();

    private final SlotLedger ledger = new SlotLedger(true);

    /// The shard between ran nothing for it, so its pipeline never waits for the slot.
    @Test
    void aSlotThatWasElsewhereWithoutAKeyComesBackAtOnce() {
        ledger.join(0, () -> {}, () -> {});
        ledger.join(1, () -> {}, () -> {});
        look(0, 10, true, false);
        look(1, 10, false, false);
        ledger.register(0, slot(), NONE, List.of());
        ledger.register(1, NONE, NONE, List.of());
        look(1, 20, true, false);
        look(0, 20, false, true);
        look(0, 30, true, false);
        look(1, 30, false, true);
        ledger.processed(0, 30);
        ledger.giveUp(0, slot());
        ledger.claim(0, SLOT, 30);

        assertThat(ledger.granted(0)).as("before the other one has read so far").isEmpty();
        ledger.processed(1, 30);
        look(1, 40, false, true);

        assertThat(ledger.granted(0)).containsExactly(SLOT);
    }

    private void look(int pipeline, long offset, boolean owns, boolean empty) {
        ledger.observed(
                pipeline,
                new Sighting(
                        offset, owns ? slot() : NONE, NONE, slot(), empty ? slot() : NONE, offset));
    }

    private static BitSet slot() {
        BitSet slots = new BitSet();
        slots.set(SLOT);
        return slots;
    }
}
