package io.syncline.engine.twoway;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
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
    private final Map<SlotPair, Stage> waiting = new HashMap<>();

    /// How far one slot is.
    private static final class Stage {
        final Map<Site, Long> through = new EnumMap<>(Site.class);
        boolean second;
        long latches;

        Stage(SlotPair slot) {
            look(slot);
        }

        void look(SlotPair slot) {
            for (Site site : Site.values()) {
                through.put(site, slot.place(site).offset());
            }
        }

        boolean isSettled(SlotPair slot) {
            return through.entrySet().stream()
                    .allMatch(each -> slot.pair.oldest(each.getKey()) > each.getValue());
        }
    }

    FloorRound(Floor floor, Collection<SlotPair> active) {
        this.floor = floor;
        for (SlotPair slot : active) {
            slot.advance();
            waiting.put(slot, new Stage(slot));
        }
    }

    /// Whether it began while something of a slot was on its way.
    boolean concerns(SlotPair slot) {
        return waiting.containsKey(slot);
    }

    /// Looks at the slots that are still waited for.
    ///
    /// @return the floor, once it is one
    @Nullable Floor look() {
        for (Iterator<Map.Entry<SlotPair, Stage>> i = waiting.entrySet().iterator();
                i.hasNext(); ) {
            Map.Entry<SlotPair, Stage> entry = i.next();
            if (isThrough(entry.getKey(), entry.getValue())) {
                i.remove();
            }
        }
        return waiting.isEmpty() ? floor : null;
    }

    private static boolean isThrough(SlotPair slot, Stage stage) {
        if (slot.gone) {
            return true;
        }
        if (slot.held != null || !stage.isSettled(slot)) {
            return false;
        }
        if (stage.second) {
            return slot.pair.ledger().oldestLatch() > stage.latches;
        }
        slot.advance();
        stage.look(slot);
        stage.latches = slot.pair.ledger().serial();
        stage.second = true;
        return false;
    }
}
