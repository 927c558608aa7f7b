package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Tells of slots that stay on their way between a site's primaries for long, as they do when a
/// move was broken off: what is written there waits on both sides. Owner thread only, but for
/// [#waiting].
final class LongMoves {
    /// Tools move a slot within a second or so, unless it is very large.
    static final Duration LONG = Duration.ofSeconds(10);

    private final String side;
    private final String place;
    private final Consumer<LinkEvent> events;
    private final Map<Integer, Long> since = new HashMap<>();
    private BitSet told = new BitSet();
    private volatile String waiting = "";

    /// @param side what the user calls the site
    LongMoves(String side, String place, Consumer<LinkEvent> events) {
        this.side = side;
        this.place = place;
        this.events = events;
    }

    /// Looks at the slots that are on their way now.
    void look(BitSet moving, long nowNanos) {
        since.keySet().removeIf(slot -> !moving.get(slot));
        BitSet present = new BitSet();
        for (int slot = moving.nextSetBit(0); slot >= 0; slot = moving.nextSetBit(slot + 1)) {
            Long begun = since.putIfAbsent(slot, nowNanos);
            present.set(slot, begun != null && nowNanos - begun >= LONG.toNanos());
        }
        if (present.equals(told)) {
            return;
        }
        BitSet more = (BitSet) present.clone();
        more.andNot(told);
        BitSet over = (BitSet) told.clone();
        over.andNot(present);
        told = present;
        waiting = present.isEmpty() ? "" : place + ": " + words(present) + " half moved";
        if (!more.isEmpty()) {
            events.accept(new LinkEvent.Warned(place, stuck(more), remedy(more.nextSetBit(0))));
        }
        if (!over.isEmpty()) {
            events.accept(
                    new LinkEvent.Warned(
                            place,
                            words(over) + " at rest again: " + their(over) + " writes go on",
                            ""));
        }
    }

    private String stuck(BitSet slots) {
        return words(slots)
                + " half moved between primaries for "
                + LONG.toSeconds()
                + " s: what is written there waits on both sides, all other slots go on";
    }

    private String words(BitSet slots) {
        boolean one = slots.cardinality() == 1;
        return (one ? "slot " : "slots ")
                + FloorRecord.ranges(slots)
                + " of the "
                + side
                + (one ? " is" : " are");
    }

    private static String their(BitSet slots) {
        return slots.cardinality() == 1 ? "its" : "their";
    }

    private static String remedy(int slot) {
        return "End the move, or give it up: CLUSTER NODES shows it as ["
                + slot
                + "->-node] and ["
                + slot
                + "-<-node]. redis-cli --cluster fix ends it; so does moving the keys that are left"
                + " by MIGRATE, then CLUSTER SETSLOT "
                + slot
                + " NODE owner on both nodes";
    }

    /// What is waited for now, or empty. From any thread.
    String waiting() {
        return waiting;
    }
}
