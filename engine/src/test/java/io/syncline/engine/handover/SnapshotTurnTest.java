package io.syncline.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.target.Place;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// When a snapshot's slots may be taken.
class SnapshotTurnTest {
    private static final int SLOT = 7;

    private final SlotLedger ledger = new SlotLedger(true);
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

    /// A job's new owner knows of it before the old one does: whose snapshot has the slot's newest
    /// keys is known when one of them says something else.
    @Test
    void aSlotThatTwoNodesSayTheyOwnIsNotTakenYet() {
        ledger.join(0, () -> {}, () -> {});
        ledger.join(1, () -> {}, () -> {});
        ledger.registerAnew(0);
        ledger.registerAnew(1);
        ledger.observed(1, byJob(5, slots(SLOT)));
        SnapshotTurn turn = turn();
        turn.expect(slots(SLOT));
        ledger.observed(0, sighting(10, slots(SLOT), new BitSet()));
        ledger.observed(0, sighting(20, slots(SLOT), new BitSet()));

        assertThat(turn.take()).as("by answers of before").isFalse();
        ledger.observed(0, sighting(21, slots(SLOT), new BitSet()));
        ledger.observed(0, sighting(22, slots(SLOT), new BitSet()));
        assertThat(turn.take()).as("while the other one says so, too").isFalse();
        ledger.observed(1, byJob(30, new BitSet()));

        assertThat(turn.take()).isTrue();
    }

    /// What it said before the next owner was seen says nothing about the time since.
    @Test
    void behindAnOwnerThatWasSeenMeanwhileTheNodeIsAskedAgain() {
        ledger.join(0, () -> {}, () -> {});
        ledger.join(1, () -> {}, () -> {});
        ledger.registerAnew(0);
        ledger.registerAnew(1);
        SnapshotTurn turn = turn();
        turn.expect(slots(SLOT));
        ledger.observed(0, sighting(10, slots(SLOT), new BitSet()));
        ledger.observed(0, sighting(20, slots(SLOT), new BitSet()));
        ledger.observed(1, byJob(5, slots(SLOT)));
        ledger.observed(1, byJob(30, new BitSet()));

        assertThat(turn.take()).as("by its answers of before").isFalse();
        ledger.observed(0, sighting(40, new BitSet(), slots(SLOT)));
        ledger.observed(0, sighting(50, new BitSet(), slots(SLOT)));

        assertThat(turn.isOutdated()).isTrue();
    }

    /// Where jobs may move slots, too: it tells of none.
    @Test
    void aSnapshotOfAShardThatIsDissolvedMeanwhileWaitsForNoAnswer() throws Exception {
        ledger.join(0, () -> {}, () -> {});
        SimWriter writer = new SimWriter(new SimTarget(true, false), 0, owned, new Random(0));
        AtomicInteger waits = new AtomicInteger();
        SlotGate.Patience patience =
                () -> {
                    ledger.dissolved(0);
                    return waits.incrementAndGet() < 10;
                };
        SlotGate gate = new SlotGate(settings(writer, new JobTimes(), patience));
        gate.reset();

        assertThat(gate.snapshot().begin(() -> waits.get() == 0 ? slots(SLOT) : new BitSet()))
                .isTrue();
        assertThat(gate.noteSnapshot(new Place())).isTrue();
        assertThat(owned.isEmpty()).isTrue();
    }

    private GateSettings settings(
            SimWriter writer, @Nullable JobTimes jobs, SlotGate.Patience patience) {
        return new GateSettings(
                ledger, 0, writer, owned, jobs, database -> true, patience, () -> {});
    }

    private SnapshotTurn turn() {
        SimWriter writer = new SimWriter(new SimTarget(true, false), 0, owned, new Random(0));
        return new SnapshotTurn(settings(writer, null, () -> true), owned::clear);
    }

    private static Sighting sighting(long offset, BitSet owned, BitSet empty) {
        return new Sighting(offset, owned, new BitSet(), new BitSet(), empty, offset);
    }

    private static Sighting byJob(long offset, BitSet owned) {
        return new Sighting(offset, owned, new BitSet(), slots(SLOT), new BitSet(), offset);
    }

    private static BitSet slots(int slot) {
        BitSet slots = new BitSet();
        slots.set(slot);
        return slots;
    }
}
