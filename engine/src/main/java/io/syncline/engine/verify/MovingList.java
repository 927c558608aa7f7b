package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.Difference.Kind;
import io.syncline.engine.verify.Digest.Sum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares a large list that is pushed and popped all the time, so that an index never means the
/// same element at both sides.
///
/// Its ends decide about what comes and goes: the target must show a length, a beginning and an end
/// that the source showed together just before. The body is read in pieces that overlap by half,
/// each at both sides, which must be the same but for a shift.
final class MovingList {
    private static final byte[] LRANGE = bytes("LRANGE");

    /// Enough of each end that no two states of a list look alike, unless all its elements do.
    private static final int END_ITEMS = 64;

    private final Sides sides;
    private final Digest digest;
    private final byte[] key;
    private final Place place;
    private final Patience patience;

    MovingList(Sides sides, Digest digest, byte[] key, Place place, Patience patience) {
        this.sides = sides;
        this.digest = digest;
        this.key = key;
        this.place = place;
        this.patience = patience;
    }

    /// @param items in a piece
    @Nullable Mismatch compare(long length, long items) throws IOException {
        Mismatch ends = ends();
        if (ends != null) {
            return ends;
        }
        long step = Math.max(1, items / 2);
        for (long from = 0; from == 0 || from + step < length; from += step) {
            byte[][] command = range(from, from + items - 1);
            while (true) {
                Answer one = sides.source().ask(key, place.source(), command);
                Answer other = sides.target().ask(key, place.target(), command);
                if (isAligned(Answer.items(one), Answer.items(other), (int) step / 2)) {
                    break;
                }
                if (!patience.again()) {
                    String detail = "from element " + from + " on";
                    return Mismatch.of(Kind.VALUE, detail, digest, one, other);
                }
            }
            sides.pace().took(0, sides.source(), sides.target());
        }
        return null;
    }

    private byte[][] range(long from, long to) {
        return new byte[][] {LRANGE, key, bytes(Long.toString(from)), bytes(Long.toString(to))};
    }

    private @Nullable Mismatch ends() throws IOException {
        List<Sum> shown = new ArrayList<>();
        while (true) {
            Answer one = ends(sides.source(), place.source());
            Answer other = ends(sides.target(), place.target());
            shown.add(States.print(digest, "", one));
            if (shown.contains(States.print(digest, "", other))) {
                return null;
            }
            if (!patience.again()) {
                return Mismatch.of(Kind.VALUE, "the ends differ", digest, one, other);
            }
        }
    }

    private Answer ends(SideLinks side, int database) throws IOException {
        return side.ask(
                        key,
                        database,
                        List.of(
                                new byte[][] {States.MULTI},
                                ValueType.LIST.length(key),
                                range(0, END_ITEMS - 1),
                                range(-END_ITEMS, -1),
                                new byte[][] {States.EXEC}))
                .getLast();
    }

    /// Whether one is the other but for a shift.
    static boolean isAligned(Answer[] one, Answer[] other, int most) {
        if (one.length == 0 && other.length == 0) {
            return true;
        }
        for (int shift = 0; shift <= most; shift++) {
            if (overlap(one, shift, other) || overlap(other, shift, one)) {
                return true;
            }
        }
        return false;
    }

    /// Whether one is the beginning of the other, once some of its elements are left out.
    private static boolean overlap(Answer[] one, int shift, Answer[] other) {
        int count = Math.min(one.length - shift, other.length);
        for (int i = 0; i < count; i++) {
            if (!one[shift + i].equals(other[i])) {
                return false;
            }
        }
        return count > 0;
    }
}
