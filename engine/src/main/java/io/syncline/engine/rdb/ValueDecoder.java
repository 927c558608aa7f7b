package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Decodes a value of any type for a [ValueVisitor] (Redis `rdb.c`: `rdbLoadObject`), with memory
/// for one element, or one packed node of elements, at a time.
final class ValueDecoder {
    private static final String ELEMENTS = "the number of elements";
    private static final int PLAIN_NODE = 1;
    private static final int PACKED_NODE = 2;
    private static final int INTSET_HEADER = 8;

    /// In place of a text score's length; 255 is minus infinity.
    private static final int NOT_A_NUMBER = 253;

    private static final int INFINITY = 254;

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final RdbInput in;
    private final PackedList packed;
    private final Zipmap zipmap;
    private final ByteSlice node = new ByteSlice();
    private final ByteSlice first = new ByteSlice();
    private final ByteSlice second = new ByteSlice();

    ValueDecoder(RdbInput in) {
        this.in = in;
        packed = new PackedList(in);
        zipmap = new Zipmap(in);
    }

    /// Decodes the value that begins at the input's position, and leaves the position behind it.
    void decode(RdbType type, ValueVisitor visitor) throws IOException {
        switch (type) {
            case STRING -> {
                RdbStrings.read(in, first);
                visitor.string(first);
            }
            case LIST -> list(visitor);
            case SET -> set(visitor);
            case SORTED_SET -> sortedSet(visitor, false);
            case SORTED_SET_2 -> sortedSet(visitor, true);
            case HASH -> hash(visitor);
            case HASH_EXPIRY_PRE_GA -> hashExpiry(visitor, 1);
            case HASH_EXPIRY -> hashExpiry(visitor, in.readLong());
            case HASH_VALKEY -> hashValkey(visitor);
            case HASH_ZIPMAP -> hashZipmap(visitor);
            case HASH_ZIPLIST, HASH_LISTPACK -> {
                openNode(type == RdbType.HASH_LISTPACK);
                packedHash(visitor, false);
            }
            case HASH_LISTPACK_EXPIRY_PRE_GA -> {
                openNode(true);
                packedHash(visitor, true);
            }
            case HASH_LISTPACK_EXPIRY -> {
                in.readLong();
                openNode(true);
                packedHash(visitor, true);
            }
            case LIST_ZIPLIST -> {
                openNode(false);
                packedElements(visitor);
            }
            case LIST_QUICKLIST -> quicklist(visitor);
            case LIST_QUICKLIST_2 -> quicklist2(visitor);
            case SET_INTSET -> intset(visitor);
            case SET_LISTPACK -> packedSet(visitor);
            case SORTED_SET_ZIPLIST, SORTED_SET_LISTPACK -> {
                openNode(type == RdbType.SORTED_SET_LISTPACK);
                packedSortedSet(visitor);
            }
            case STREAM -> new StreamDecoder(in, visitor, 1).decode();
            case STREAM_2 -> new StreamDecoder(in, visitor, 2).decode();
            case STREAM_3 -> new StreamDecoder(in, visitor, 3).decode();
            case STREAM_4 -> new StreamDecoder(in, visitor, 4).decode();
            case STREAM_5 -> new StreamDecoder(in, visitor, 5).decode();
            case MODULE_2 ->
                    throw new UnsupportedValueException(
                            "a value of the module type "
                                    + ModuleId.typeName(in.numberAt(in.position, "a module's id"))
                                    + " can only travel as it is, to a server with that module");
            case ARRAY ->
                    throw new UnsupportedValueException(
                            "an array (Redis 8.8) can only travel as it is");
        }
        node.trim();
        first.trim();
        second.trim();
    }

    private void openNode(boolean listpack) throws IOException {
        RdbStrings.read(in, node);
        if (listpack) {
            packed.openListpack(node);
        } else {
            packed.openZiplist(node);
        }
    }

    private void list(ValueVisitor visitor) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            RdbStrings.read(in, first);
            visitor.listElement(first);
        }
    }

    private void set(ValueVisitor visitor) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            RdbStrings.read(in, first);
            visitor.setMember(first);
        }
    }

    private void sortedSet(ValueVisitor visitor, boolean binary) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            in.retain(in.position);
            in.skipString();
            double score = binary ? in.readDouble() : textScore();
            RdbStrings.readAt(in, in.mark(), first);
            visitor.sortedSetMember(first, score);
            in.release();
        }
    }

    private double textScore() throws IOException {
        int length = in.readByte();
        if (length == NOT_A_NUMBER) {
            return Double.NaN;
        }
        if (length > NOT_A_NUMBER) {
            return length == INFINITY ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        in.require(length);
        second.set(in.buffer, in.position, length);
        in.position += length;
        return Scores.parse(in, second);
    }

    private void hash(ValueVisitor visitor) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            skipPair();
            showPair();
            visitor.hashField(first, second, -1);
        }
    }

    /// Expiry stands before each field, relative to the least one plus 1, so that 0 means none.
    private void hashExpiry(ValueVisitor visitor, long leastMillis) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            long distance = in.readNumber("a field's expiry");
            long expireAtMillis = distance == 0 ? -1 : distance + leastMillis - 1;
            skipPair();
            showPair();
            visitor.hashField(first, second, checkedExpiry(distance == 0, expireAtMillis));
        }
    }

    private void hashValkey(ValueVisitor visitor) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            skipPair();
            long expireAtMillis = in.readLong();
            showPair();
            visitor.hashField(first, second, checkedExpiry(expireAtMillis == -1, expireAtMillis));
        }
    }

    private long checkedExpiry(boolean none, long expireAtMillis) throws RdbFormatException {
        if (!none && expireAtMillis < 0) {
            throw in.malformed(
                    "a field's expiry", Long.toString(expireAtMillis), "it must not be negative");
        }
        return none ? -1 : expireAtMillis;
    }

    /// Two strings may lie on both sides of a refill, so both are passed over, kept, and then
    /// shown.
    private void skipPair() throws IOException {
        in.retain(in.position);
        in.skipString();
        in.skipString();
    }

    private void showPair() throws IOException {
        int behind = RdbStrings.readAt(in, in.mark(), first);
        RdbStrings.readAt(in, behind, second);
        in.release();
    }

    private void hashZipmap(ValueVisitor visitor) throws IOException {
        RdbStrings.read(in, node);
        zipmap.open(node);
        while (zipmap.next(first, second)) {
            visitor.hashField(first, second, -1);
        }
    }

    private void packedHash(ValueVisitor visitor, boolean expiry) throws IOException {
        while (packed.next()) {
            packed.read(first);
            packed.require("a field's value");
            packed.read(second);
            long expireAtMillis = expiry ? packed.requireInteger("a field's expiry") : 0;
            visitor.hashField(first, second, checkedExpiry(expireAtMillis == 0, expireAtMillis));
        }
    }

    private void packedElements(ValueVisitor visitor) throws IOException {
        while (packed.next()) {
            packed.read(first);
            visitor.listElement(first);
        }
    }

    private void packedSet(ValueVisitor visitor) throws IOException {
        openNode(true);
        while (packed.next()) {
            packed.read(first);
            visitor.setMember(first);
        }
    }

    private void packedSortedSet(ValueVisitor visitor) throws IOException {
        while (packed.next()) {
            packed.read(first);
            packed.require("a member's score");
            double score;
            if (packed.isInteger()) {
                score = packed.integer();
            } else {
                packed.read(second);
                score = Scores.parse(in, second);
            }
            visitor.sortedSetMember(first, score);
        }
    }

    private void quicklist(ValueVisitor visitor) throws IOException {
        for (long left = in.readCount("the number of list nodes"); left > 0; left--) {
            openNode(false);
            packedElements(visitor);
        }
    }

    private void quicklist2(ValueVisitor visitor) throws IOException {
        for (long left = in.readCount("the number of list nodes"); left > 0; left--) {
            long kind = in.readNumber("a list node's kind");
            if (kind == PLAIN_NODE) {
                RdbStrings.read(in, first);
                visitor.listElement(first);
            } else if (kind == PACKED_NODE) {
                openNode(true);
                packedElements(visitor);
            } else {
                throw in.malformed(
                        "a list node's kind",
                        Long.toUnsignedString(kind),
                        "it must be 1 (plain) or 2 (packed)");
            }
        }
    }

    private void intset(ValueVisitor visitor) throws IOException {
        RdbStrings.read(in, node);
        if (node.length < INTSET_HEADER) {
            throw in.malformed(
                    "an intset's length", node.length + " bytes", "its header is 8 bytes");
        }
        int width = (int) INT.get(node.array, node.offset);
        long count = (int) INT.get(node.array, node.offset + 4) & 0xffff_ffffL;
        if (width != 2 && width != 4 && width != 8) {
            throw in.malformed("an intset's width", Integer.toString(width), "it is 2, 4 or 8");
        }
        if (count * width != node.length - INTSET_HEADER) {
            throw in.malformed(
                    "an intset's number of elements",
                    Long.toString(count),
                    "of " + width + " bytes each they must fill " + node.length + " with header");
        }
        for (int at = node.offset + INTSET_HEADER; at < node.end(); at += width) {
            long member =
                    switch (width) {
                        case 2 -> (short) SHORT.get(node.array, at);
                        case 4 -> (int) INT.get(node.array, at);
                        default -> (long) LONG.get(node.array, at);
                    };
            visitor.setMember(first.setDecimal(member));
        }
    }
}
