package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.Difference.Kind;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Compares values that are too large for a glance, piece by piece, in bounded memory.
///
/// Scans of the same hash come in another order at every server. So a piece that was scanned at one
/// side is looked up by name at the other; when all of it is there and both have as many elements,
/// there is nothing else.
final class LargeLook {
    /// About what both sides' pieces take in memory; longer elements are digested as they come.
    private static final int PIECE_BYTES = 1 << 20;

    private static final int MOST_ITEMS = 1000;
    private static final int LEAST_ITEMS = 10;

    /// Where a server cannot tell what a value takes (MEMORY USAGE, since 4.0).
    private static final long USUAL_ITEM_BYTES = 1 << 10;

    private static final byte[] GETRANGE = bytes("GETRANGE");
    private static final byte[] LRANGE = bytes("LRANGE");
    private static final byte[] ZERO = bytes("0");

    private final Sides sides;
    private final Digest digest;
    private final FieldExpiries fields;

    LargeLook(Sides sides, Digest digest) {
        this.sides = sides;
        this.digest = digest;
        this.fields = new FieldExpiries(sides);
    }

    @Nullable Mismatch compare(ValueType type, byte[] key, Place place, Patience patience)
            throws IOException {
        try {
            sides.hold(PIECE_BYTES);
            return new Run(type, key, place, patience).compare();
        } finally {
            sides.hold(AnswerReader.HELD_BYTES);
        }
    }

    /// One end of a scan.
    private record End(SideLinks side, int database) {
        Answer ask(byte[] key, byte[]... command) throws IOException {
            return side.ask(key, database, command);
        }
    }

    /// One value.
    private final class Run {
        private final ValueType type;
        private final byte[] key;
        private final Place place;
        private final Patience patience;
        private final End source;
        private final End target;

        Run(ValueType type, byte[] key, Place place, Patience patience) {
            this.type = type;
            this.key = key;
            this.place = place;
            this.patience = patience;
            this.source = new End(sides.source(), place.source());
            this.target = new End(sides.target(), place.target());
        }

        @Nullable Mismatch compare() throws IOException {
            Answer one = source.ask(key, type.length(key));
            Answer other = target.ask(key, type.length(key));
            if (type == ValueType.LIST && patience.isLong()) {
                long length = Math.min(Answer.number(one), Answer.number(other));
                return new MovingList(sides, digest, key, place, patience)
                        .compare(length, pieceItems(source, key, length));
            }
            if (type == ValueType.STRING || type == ValueType.LIST) {
                while (!one.equals(other) && patience.again()) {
                    one = source.ask(key, type.length(key));
                    other = target.ask(key, type.length(key));
                }
                return one instanceof Answer.Whole whole && one.equals(other)
                        ? ordered(whole.value())
                        : value("the lengths are " + said(one) + " and " + said(other), one, other);
            }
            return unordered(one, other);
        }

        private Mismatch value(String detail, Answer one, Answer other) {
            return Mismatch.of(Kind.VALUE, detail, digest, one, other);
        }

        private @Nullable Mismatch ordered(long length) throws IOException {
            boolean string = type == ValueType.STRING;
            long step = string ? PIECE_BYTES : pieceItems(source, key, length);
            for (long from = 0; from < length; from += step) {
                byte[][] command = {
                    string ? GETRANGE : LRANGE,
                    key,
                    bytes(Long.toString(from)),
                    bytes(Long.toString(from + step - 1))
                };
                Answer one = source.ask(key, command);
                Answer other = target.ask(key, command);
                while (!isSame(one, other) && patience.again()) {
                    one = source.ask(key, command);
                    other = target.ask(key, command);
                }
                sides.pace().took(0, sides.source(), sides.target());
                if (!isSame(one, other)) {
                    String what = string ? "byte " : "element ";
                    long at = from + mismatch(one, other);
                    return value("from " + what + at + " on", one, other);
                }
            }
            return null;
        }

        /// Two refusals tell nothing of the value.
        private static boolean isSame(Answer one, Answer other) {
            return one.equals(other) && !(one instanceof Answer.Failed);
        }

        private @Nullable Mismatch unordered(Answer one, Answer other) throws IOException {
            Mismatch mismatch = scan(one, true);
            if (mismatch != null) {
                return mismatch;
            }
            boolean rests =
                    one.equals(other)
                            && one.equals(source.ask(key, type.length(key)))
                            && one.equals(target.ask(key, type.length(key)));
            // Elements that have expired may still be counted, and one that comes may hide one
            // that is too many: then only names decide.
            return rests ? null : scan(other, false);
        }

        private @Nullable Mismatch scan(Answer length, boolean forward) throws IOException {
            End from = forward ? source : target;
            long items = pieceItems(from, key, Answer.number(length));
            byte[] count = bytes(Long.toString(items));
            byte[] cursor = ZERO;
            do {
                byte[][] command = type.scan(key, cursor, count);
                Answer piece = whole(from, command);
                if (!(piece instanceof Answer.Items parts) || parts.items().length != 2) {
                    return value("the type changed meanwhile", piece, piece);
                }
                Mismatch mismatch = lookUp(Values.scanned(piece), forward);
                sides.hold(PIECE_BYTES);
                sides.pace().took(0, sides.source(), sides.target());
                if (mismatch != null) {
                    return mismatch;
                }
                cursor = name(parts.items()[0]);
            } while (!Arrays.equals(cursor, ZERO));
            return null;
        }

        /// A piece whose names are whole, however long they are: by them it is looked up. Then both
        /// sides keep its values whole, too: a value and a digest cannot be compared.
        private Answer whole(End from, byte[][] command) throws IOException {
            Answer piece = from.ask(key, command);
            Answer[] items = Values.scanned(piece);
            for (int i = 0; i < items.length; i += step()) {
                if (items[i] instanceof Answer.Bytes name && !name.isWhole()) {
                    sides.hold(Integer.MAX_VALUE);
                    return from.ask(key, command);
                }
            }
            return piece;
        }

        private int step() {
            return type == ValueType.SET ? 1 : 2;
        }

        private @Nullable Mismatch lookUp(Answer[] items, boolean forward) throws IOException {
            if (items.length == 0) {
                return null;
            }
            Answer[] others = members(forward ? target : source, items);
            for (int i = 0; i * step() < items.length; i++) {
                Answer item = items[i * step()];
                Answer shown = type == ValueType.SET ? PRESENT : items[i * step() + 1];
                Answer other = i < others.length ? others[i] : Answer.Nil.NIL;
                while (!same(shown, other)) {
                    if (!patience.again()) {
                        return told(item, forward ? shown : other, forward ? other : shown);
                    }
                    Answer[] one = {item, Answer.Nil.NIL};
                    Answer[] alone = Arrays.copyOf(one, step());
                    shown = first(members(forward ? source : target, alone));
                    other = first(members(forward ? target : source, alone));
                }
            }
            return type == ValueType.HASH && forward ? expiries(items) : null;
        }

        private @Nullable Mismatch expiries(Answer[] items) throws IOException {
            Mismatch mismatch = fields.firstDifference(key, place, items, step(), digest);
            while (mismatch != null && patience.again()) {
                mismatch = fields.firstDifference(key, place, items, step(), digest);
            }
            return mismatch;
        }

        private Mismatch told(Answer item, Answer one, Answer other) {
            String what = (type == ValueType.HASH ? "field " : "member ") + Show.quoted(item);
            boolean here = isThere(one);
            String detail =
                    here && isThere(other)
                            ? Values.differs(what, one, other)
                            : what + (here ? " only at the source" : " only at the target");
            return value(detail, one, other);
        }

        private boolean isThere(Answer answer) {
            return type == ValueType.SET
                    ? Answer.number(answer) == 1
                    : answer instanceof Answer.Bytes;
        }

        private boolean same(Answer one, Answer other) {
            return type == ValueType.ZSET ? Values.sameScore(one, other) : isSame(one, other);
        }

        /// What a side has under these names, in their order.
        private Answer[] members(End to, Answer[] items) throws IOException {
            byte[][] names = new byte[items.length / step()][];
            for (int i = 0; i < names.length; i++) {
                names[i] = name(items[i * step()]);
            }
            return Members.of(to.side, to.database, type, key, names);
        }
    }

    /// What SISMEMBER says of a member.
    private static final Answer PRESENT = new Answer.Whole(1);

    private static Answer first(Answer[] answers) {
        return answers.length == 0 ? Answer.Nil.NIL : answers[0];
    }

    private static String said(Answer length) {
        return Show.quoted(length);
    }

    private static int mismatch(Answer one, Answer other) {
        if (one instanceof Answer.Bytes left && other instanceof Answer.Bytes right) {
            return Math.max(0, Arrays.mismatch(left.head(), right.head()));
        }
        return Math.max(0, Arrays.mismatch(Answer.items(one), Answer.items(other)));
    }

    private static byte[] name(Answer item) {
        return item instanceof Answer.Bytes bytes ? bytes.head() : new byte[0];
    }

    /// How many elements of average size make a piece.
    private static long pieceItems(End end, byte[] key, long length) throws IOException {
        long each = USUAL_ITEM_BYTES;
        if (end.side.facts().memoryUsage() && length > 0) {
            long whole = usage(end.side, key, end.database);
            each = whole > 0 ? Math.max(1, whole / length) : each;
        }
        return Math.clamp(PIECE_BYTES / each, LEAST_ITEMS, MOST_ITEMS);
    }

    /// Bytes that a value takes at a server; -1 when it does not say.
    static long usage(SideLinks side, byte[] key, int database) throws IOException {
        return side.facts().memoryUsage()
                ? Answer.number(side.ask(key, database, bytes("MEMORY"), bytes("USAGE"), key))
                : -1;
    }
}
