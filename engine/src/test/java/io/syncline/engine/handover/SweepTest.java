package io.syncline.engine.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.target.Place;
import java.util.BitSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A slot that a pipeline is given, and what a copy that nobody ended has left of it in the target.
class SweepTest {
    private static final String KEY = "{a}left";
    private static final String OTHER = "{b}theirs";
    private static final int SLOT = SimShard.slot(KEY);
    private static final long OFFSET = 100;

    private final SimTarget target = new SimTarget(true, false);
    private final BitSet owned = new BitSet();

    /// An earlier process died amid a copy; clients deleted the key, and the slot moved on.
    @Test
    void whatNoStreamTellsOfIsRemoved() throws Exception {
        target.data.put(KEY, "old");
        target.data.put(OTHER, "alive");

        give(new SlotLedger(false), true);

        assertThat(owned).isEqualTo(slot());
        assertThat(target.data).containsOnlyKeys(OTHER);
    }

    /// Users' keys in a target that was not empty when the task began.
    @Test
    void nothingIsRemovedFromATargetThatIsNotOurs() throws Exception {
        target.data.put(KEY, "theirs");

        give(new SlotLedger(false), false);

        assertThat(owned).isEqualTo(slot());
        assertThat(target.data).containsOnlyKeys(KEY);
    }

    /// No pipeline can have left anything there, and looking for it takes long.
    @Test
    void inTheFirstProcessASlotThatNobodyCopiedIsNotLookedAt() throws Exception {
        target.data.put(KEY, "unseen");

        give(new SlotLedger(true), true);

        assertThat(target.data).containsOnlyKeys(KEY);
    }

    /// A process died between the slot's first commands and the note that it is held.
    @Test
    void whatTheStreamHasBroughtAlreadyStays() throws Exception {
        target.data.put(KEY, "by the stream");
        target.marks().put(0, Map.of(SLOT, OFFSET - 1));
        target.notes.put(0, ("3 - " + SLOT + "@50@0@50 - 0 - -").getBytes(US_ASCII));

        give(new SlotLedger(false), true);

        assertThat(owned).isEqualTo(slot());
        assertThat(target.data).containsOnlyKeys(KEY);
    }

    private void give(SlotLedger ledger, boolean removable) throws Exception {
        ledger.join(0, () -> {}, () -> {});
        SimWriter writer = new SimWriter(target, 0, owned, new Random(0));
        SlotGate gate =
                new SlotGate(
                        new GateSettings(
                                ledger,
                                0,
                                writer,
                                owned,
                                null,
                                database -> removable,
                                () -> true,
                                () -> {}));
        gate.resume(OFFSET, BitSet::new);
        ledger.observed(
                0, new Sighting(OFFSET, slot(), new BitSet(), new BitSet(), new BitSet(), OFFSET));
        Place place = new Place();
        place.offset = OFFSET;
        place.clean = true;
        for (int i = 0; i < 2; i++) {
            gate.look(
                    place, (database, view, spec, arrived) -> writer.append(0, view, spec, place));
        }
    }

    private static BitSet slot() {
        BitSet slots = new BitSet();
        slots.set(SLOT);
        return slots;
    }
}
