package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.LinkEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class LongMovesTest {
    private static final long LONG = LongMoves.LONG.toNanos();

    private final List<LinkEvent> events = new ArrayList<>();
    private final LongMoves moves = new LongMoves("source", "10.0.0.1:6379", events::add);

    @Test
    void aSlotThatStaysHalfMovedIsToldOnceWithItsRemedy() {
        moves.look(slots(7), 0);
        moves.look(slots(7), LONG - 1);
        assertThat(events).isEmpty();

        moves.look(slots(7, 9), LONG);
        moves.look(slots(7, 9), LONG + 1);

        assertThat(events)
                .singleElement()
                .isEqualTo(
                        new LinkEvent.Warned(
                                "10.0.0.1:6379",
                                "slot 7 of the source is half moved between primaries for 10 s: what"
                                        + " is written there waits on both sides, all other slots go"
                                        + " on",
                                "End the move, or give it up: CLUSTER NODES shows it as [7->-node] and"
                                        + " [7-<-node]. redis-cli --cluster fix ends it; so does moving"
                                        + " the keys that are left by MIGRATE, then CLUSTER SETSLOT 7"
                                        + " NODE owner on both nodes"));
        assertThat(moves.waiting()).isEqualTo("10.0.0.1:6379: slot 7 of the source is half moved");
    }

    @Test
    void itsEndIsToldToo() {
        moves.look(slots(7, 8), 0);
        moves.look(slots(7, 8), LONG);
        events.clear();

        moves.look(slots(), LONG + 1);

        assertThat(events)
                .singleElement()
                .isEqualTo(
                        new LinkEvent.Warned(
                                "10.0.0.1:6379",
                                "slots 7-8 of the source are at rest again: their writes go on",
                                ""));
        assertThat(moves.waiting()).isEmpty();
    }

    @Test
    void aSlotThatMovesAgainAndAgainIsNotStuck() {
        for (int i = 0; i < 5; i++) {
            moves.look(slots(7), i * LONG);
            moves.look(slots(), i * LONG + 1);
        }
        assertThat(events).isEmpty();
    }

    private static BitSet slots(int... each) {
        BitSet slots = new BitSet();
        for (int slot : each) {
            slots.set(slot);
        }
        return slots;
    }
}
