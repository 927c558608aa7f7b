package io.syncline.engine.twoway;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Finds out when the places where all streams were at one moment may be a [Floor].
///
/// Reading again from there takes everything before for done and known to both sites. That is right
/// for a slot which came to rest at some moment since. A slot that never rests gets there in two
/// stages. First everything that was read up to the floor is settled; whatever comes behind that
/// moment has then seen it, and cannot be in conflict with it. Then everything that was read up to
/// *that* moment is settled, and no key that was latched by then still is: whatever crossed a write
/// in front of the floor is decided, and both sites show so in what will be read again.
final class FloorRound {
    private final Floor floor;

    /// Those still waited for stand in front.
    private final Stage[] waiting;

    private int left;

    /// How far one slot is.
    private static final class Stage {
        final SlotPair slot;
        long source;
        long target;
        boolean second;
        long latches;

        Stage(SlotPair slot) {
            this.slot = slot;
            look();
        }

        void look() {
            slot.advance();
            source = slot.place(Site.SOURCE).offset();
            target = slot.place(Site.TARGET).offset();
        }

        boolean isSettled() {
            return slot.pair.oldest(Site.SOURCE) > source && slot.pair.oldest(Site.TARGET) > target;
        }

        boolean isThrough() {
            if (slot.gone) {
                return true;
            }
            if (slot.held != null || !isSettled()) {
                return false;
            }
            if (second) {
                return slot.pair.ledger().oldestLatch() > latches;
            }
            look();
            latches = slot.pair.ledger().serial();
            second = true;
            return false;
        }
    }

    FloorRound(Floor floor, Collection<SlotPair> active) {
        this.floor = floor;
        waiting = active.stream().map(Stage::new).toArray(Stage[]::new);
        left = waiting.length;
    }

    /// Whether it began while something of a slot was on its way.
    boolean concerns(SlotPair slot) {
        for (int i = 0; i < left; i++) {
            if (waiting[i].slot == slot) {
                return true;
            }
        }
        return false;
    }

    /// Looks at the slots that are still waited for.
    ///
    /// @return the floor, once it is one
    @Nullable Floor look() {
        int kept = 0;
        for (int i = 0; i < left; i++) {
            Stage each = waiting[i];
            if (!each.isThrough()) {
                waiting[kept++] = each;
            }
        }
        left = kept;
        return left == 0 ? floor : null;
    }
}
