package io.syncline.engine.verify;

import io.syncline.engine.verify.Look.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Decides about a key that never stands still: no two looks at it, one at each side, are ever of
/// the same moment. It counts as equal when the target shows a state that the source showed just
/// before, which is all that lag can look like.
final class Settling {
    /// What the source may have shown while the target was on its way there: many times the usual
    /// lag.
    private static final int ROUNDS = 600;

    /// Both sides stood still for so many looks: it is a difference after all.
    private static final int STILL_ROUNDS = 20;

    private static final int PAUSE_MILLIS = 2;

    /// A whole value is read in each round; larger ones would keep a server from its work.
    private static final long LARGEST_BYTES = 16 << 20;

    private final Sides sides;
    private final States states;

    Settling(Sides sides, Digest digest) {
        this.sides = sides;
        this.states = new States(digest);
    }

    /// Whether the target follows the source.
    boolean follows(byte[] key, Place place, Look last) throws IOException {
        if (LargeLook.usage(sides.source(), key, place.source()) > LARGEST_BYTES) {
            return false;
        }
        ValueType type = last.source().isThere() ? last.source().type() : last.target().type();
        List<State> shown = new ArrayList<>();
        State first = null;
        boolean targetMoved = false;
        for (int round = 0; round < ROUNDS; round++) {
            State source = states.read(sides.source(), key, place.source(), type);
            if (!shown.contains(source)) {
                shown.add(source);
            }
            State target = states.read(sides.target(), key, place.target(), type);
            if (shown.stream().anyMatch(state -> isSame(state, target))) {
                return true;
            }
            first = first == null ? target : first;
            targetMoved |= !target.equals(first);
            if (round == STILL_ROUNDS && shown.size() == 1 && !targetMoved) {
                return false;
            }
            sides.pace().took(0, sides.source(), sides.target());
            sides.pace().pause(PAUSE_MILLIS);
        }
        return false;
    }

    private boolean isSame(State source, State target) {
        return source.type() == target.type()
                && source.value().equals(target.value())
                && sides.expiries().same(source.expiry(), target.expiry());
    }
}
