package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares values that are too large for a glance, piece by piece, in bounded memory.
///
/// Scans of the same hash come in another order at every server. So a piece that was scanned at one
/// side is looked up by name at the other; when all of it is there and both have as many elements,
/// there is nothing else.
final class LargeLook {
    /// About what both sides' pieces take in memory, unless one element is larger.
    private static final int PIECE_BYTES = 1 << 20;

    private static final int MOST_ITEMS = 1000;
    private static final int LEAST_ITEMS = 10;

    /// Where a server cannot tell what a value takes (MEMORY USAGE, since 4.0).
    private static final long USUAL_ITEM_BYTES = 1 << 10;

    private static final byte[] GETRANGE = bytes("GETRANGE");
    private static final byte[] LRANGE = bytes("LRANGE");
    private static final byte[] COUNT = bytes("COUNT");

    private final Sides sides;
    private final FieldExpiries fields;

    LargeLook(Sides sides) {
        this.sides = sides;
        this.fields = new FieldExpiries(sides);
    }

    @Nullable Mismatch compare(ValueType type, byte[] key, Place place) throws IOException {
        long one = length(sides.source(), type, key, place.source());
        long other = length(sides.target(), type, key, place.target());
        boolean ordered = type == ValueType.STRING || type == ValueType.LIST;
        if (ordered && one != other) {
            return Mismatch.value("the lengths are " + one + " and " + other);
        }
        try {
            sides.hold(Integer.MAX_VALUE);
            return ordered
                    ? ordered(type, key, place, one)
                    : unordered(type, key, place, one, other);
        } finally {
            sides.hold(AnswerReader.HELD_BYTES);
        }
    }

    private static long length(SideLinks side, ValueType type, byte[] key, int database)
            throws IOException {
        return Answer.number(side.ask(key, database, type.length(key)));
    }

    private @Nullable Mismatch ordered(ValueType type, byte[] key, Place place, long length)
            throws IOException {
        boolean string = type == ValueType.STRING;
        long step = string ? PIECE_BYTES : pieceItems(sides.source(), key, place.source(), length);
        for (long from = 0; from < length; from += step) {
            byte[][] command = {
                string ? GETRANGE : LRANGE,
                key,
                bytes(Long.toString(from)),
                bytes(Long.toString(from + step - 1))
            };
            Answer one = sides.source().ask(key, place.source(), command);
            Answer other = sides.target().ask(key, place.target(), command);
            sides.pace().took(0, sides.source(), sides.target());
            if (!one.equals(other)) {
                long at = from + mismatch(one, other);
                return Mismatch.value("from " + (string ? "byte " : "element ") + at + " on");
            }
        }
        return null;
    }

    private static int mismatch(Answer one, Answer other) {
        if (one instanceof Answer.Bytes left && other instanceof Answer.Bytes right) {
            return Math.max(0, Arrays.mismatch(left.head(), right.head()));
        }
        return Math.max(0, Arrays.mismatch(Answer.items(one), Answer.items(other)));
    }

    private @Nullable Mismatch unordered(
            ValueType type, byte[] key, Place place, long one, long other) throws IOException {
        Mismatch forward =
                scan(
                        type,
                        key,
                        new Direction(sides.source(), place.source(), one),
                        new Direction(sides.target(), place.target(), other),
                        place,
                        true);
        if (forward != null || one == other) {
            return forward;
        }
        // Elements that have expired may still be counted: only names decide.
        return scan(
                type,
                key,
                new Direction(sides.target(), place.target(), other),
                new Direction(sides.source(), place.source(), one),
                place,
                false);
    }

    /// One end of a scan.
    private record Direction(SideLinks side, int database, long length) {}

    private @Nullable Mismatch scan(
            ValueType type, byte[] key, Direction from, Direction to, Place place, boolean forward)
            throws IOException {
        byte[] count = bytes(Long.toString(pieceItems(from.side, key, from.database, from.length)));
        byte[] name = type.glance(key)[0];
        int step = type == ValueType.SET ? 1 : 2;
        byte[] cursor = bytes("0");
        do {
            Answer piece =
                    from.side.ask(
                            key, from.database, new byte[][] {name, key, cursor, COUNT, count});
            Answer[] items = Values.scanned(piece);
            Answer next = Answer.items(piece).length == 2 ? Answer.items(piece)[0] : Answer.Nil.NIL;
            cursor = next instanceof Answer.Bytes bytes ? bytes.head() : bytes("0");
            Mismatch mismatch = lookUp(type, key, items, step, to, forward);
            if (mismatch == null && type == ValueType.HASH && forward) {
                String detail = fields.firstDifference(key, place, items, step);
                mismatch =
                        detail == null ? null : new Mismatch(Difference.Kind.FIELD_EXPIRY, detail);
            }
            sides.pace().took(0, sides.source(), sides.target());
            if (mismatch != null) {
                return mismatch;
            }
        } while (!Arrays.equals(cursor, bytes("0")));
        return null;
    }

    private static @Nullable Mismatch lookUp(
            ValueType type, byte[] key, Answer[] items, int step, Direction to, boolean forward)
            throws IOException {
        if (items.length == 0) {
            return null;
        }
        Answer[] others = members(type, key, items, step, to);
        String what = type == ValueType.HASH ? "field " : "member ";
        for (int i = 0; i * step < items.length; i++) {
            Answer item = items[i * step];
            Answer other = i < others.length ? others[i] : Answer.Nil.NIL;
            boolean there =
                    type == ValueType.SET ? Answer.number(other) == 1 : other != Answer.Nil.NIL;
            if (!there) {
                String where = forward ? " only at the source" : " only at the target";
                return Mismatch.value(what + Show.quoted(item) + where);
            }
            if (type != ValueType.SET && !same(type, items[i * step + 1], other)) {
                Answer one = forward ? items[i * step + 1] : other;
                Answer two = forward ? other : items[i * step + 1];
                return Mismatch.value(Values.differs(what + Show.quoted(item), one, two));
            }
        }
        return null;
    }

    private static boolean same(ValueType type, Answer one, Answer other) {
        return type == ValueType.ZSET ? Values.sameScore(one, other) : one.equals(other);
    }

    /// What the other side has under these names, in their order.
    private static Answer[] members(
            ValueType type, byte[] key, Answer[] items, int step, Direction to) throws IOException {
        int count = items.length / step;
        if (type == ValueType.HASH || to.side.facts().manyMembers()) {
            byte[][] command = new byte[2 + count][];
            command[0] =
                    bytes(
                            switch (type) {
                                case HASH -> "HMGET";
                                case SET -> "SMISMEMBER";
                                default -> "ZMSCORE";
                            });
            command[1] = key;
            for (int i = 0; i < count; i++) {
                command[2 + i] = name(items[i * step]);
            }
            return Answer.items(to.side.ask(key, to.database, command));
        }
        byte[] name = bytes(type == ValueType.SET ? "SISMEMBER" : "ZSCORE");
        List<byte[][]> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            commands.add(new byte[][] {name, key, name(items[i * step])});
        }
        return to.side.ask(key, to.database, commands).toArray(new Answer[0]);
    }

    private static byte[] name(Answer item) {
        return item instanceof Answer.Bytes bytes ? bytes.head() : new byte[0];
    }

    /// How many elements of average size make a piece.
    static long pieceItems(SideLinks side, byte[] key, int database, long length)
            throws IOException {
        long each = USUAL_ITEM_BYTES;
        if (side.facts().memoryUsage() && length > 0) {
            long whole = usage(side, key, database);
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
