package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A cursor over the elements of a listpack (Redis `listpack.c`) or of its predecessor, the ziplist
/// (Redis 6.2 `ziplist.c`): texts and integers, packed in one string.
///
/// The header's length must be that of the string, every element must lie before the end mark, the
/// end mark must be the last byte, and a header that tells the number of elements must be right.
final class PackedList {
    private static final int END_MARK = 0xff;

    /// A ziplist says 65535 and a listpack too when they hold that many elements or more.
    private static final int UNKNOWN_COUNT = 0xffff;

    private static final int LISTPACK_HEADER = 6;
    private static final int ZIPLIST_HEADER = 10;

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// Only for the position in errors.
    private final RdbInput in;

    private boolean listpack;
    private byte[] array = {};
    private int start;
    private int at;

    /// The index of the end mark.
    private int end;

    private int announced;
    private int passed;

    private boolean isInteger;
    private long integer;
    private int textOffset;
    private int textLength;

    PackedList(RdbInput in) {
        this.in = in;
    }

    void openListpack(ByteSlice packed) throws RdbFormatException {
        open(packed, true, LISTPACK_HEADER);
        announced = (short) SHORT.get(array, start + 4) & 0xffff;
    }

    void openZiplist(ByteSlice packed) throws RdbFormatException {
        open(packed, false, ZIPLIST_HEADER);
        announced = (short) SHORT.get(array, start + 8) & 0xffff;
    }

    private void open(ByteSlice packed, boolean listpack, int header) throws RdbFormatException {
        this.listpack = listpack;
        array = packed.array;
        start = packed.offset;
        end = packed.end() - 1;
        at = start + header;
        passed = 0;
        if (packed.length <= header) {
            throw malformed(
                    "length", packed.length, "header and end mark are " + (header + 1) + " bytes");
        }
        long told = (int) INT.get(array, start) & 0xffff_ffffL;
        if (told != packed.length) {
            throw malformed("told length", told, "its string has " + packed.length + " bytes");
        }
        if ((array[end] & 0xff) != END_MARK) {
            throw malformed("last byte", array[end] & 0xff, "the end mark is 255");
        }
    }

    /// Where the next element begins, for [#seek].
    int place() {
        return at;
    }

    /// Continues at a place of the same bytes that another cursor, or this one, was at.
    void seek(PackedList other, int place) {
        listpack = other.listpack;
        array = other.array;
        start = other.start;
        end = other.end;
        announced = UNKNOWN_COUNT;
        at = place;
    }

    /// Moves to the next element.
    ///
    /// @return false when there is none
    boolean next() throws RdbFormatException {
        if (at == end) {
            if (announced != UNKNOWN_COUNT && announced != passed) {
                throw malformed("told number of elements", announced, "it has " + passed);
            }
            return false;
        }
        passed++;
        if (listpack) {
            nextInListpack();
        } else {
            nextInZiplist();
        }
        return true;
    }

    /// Moves to an element that must be there.
    void require(String what) throws RdbFormatException {
        if (!next()) {
            throw malformed("end", at - start, what + " must follow");
        }
    }

    /// Moves to an element that must be there and an integer.
    long requireInteger(String what) throws RdbFormatException {
        require(what);
        if (!isInteger) {
            throw malformed("length of a text", textLength, what + " must be an integer");
        }
        return integer;
    }

    boolean isInteger() {
        return isInteger;
    }

    long integer() {
        return integer;
    }

    /// Shows the element as text.
    void read(ByteSlice out) {
        if (isInteger) {
            out.setDecimal(integer);
        } else {
            out.set(array, textOffset, textLength);
        }
    }

    private void nextInListpack() throws RdbFormatException {
        int begin = at;
        int first = array[at] & 0xff;
        if (first < 0x80) {
            setInteger(1, first);
        } else if (first < 0xc0) {
            setText(1, first & 0x3f);
        } else if (first < 0xe0) {
            need(2);
            int bits = ((first & 0x1f) << 8) | (array[at + 1] & 0xff);
            // Thirteen bits, the highest of which is the sign.
            setInteger(2, (bits << 19) >> 19);
        } else if (first < 0xf0) {
            need(2);
            setText(2, ((first & 0x0f) << 8) | (array[at + 1] & 0xff));
        } else {
            switch (first) {
                case 0xf0 -> {
                    need(5);
                    setText(5, (int) INT.get(array, at + 1) & 0xffff_ffffL);
                }
                case 0xf1 -> setFixed(2);
                case 0xf2 -> setFixed(3);
                case 0xf3 -> setFixed(4);
                case 0xf4 -> setFixed(8);
                default -> throw malformed("element's first byte", first, "it has no meaning");
            }
        }
        // Behind each element stands its length, for walking back; its own length follows from it.
        advance(backLength(at - begin));
    }

    /// Redis `listpack.c`: `lpEncodeBacklen`.
    private static int backLength(int length) {
        if (length <= 127) {
            return 1;
        }
        if (length < 16383) {
            return 2;
        }
        if (length < 2097151) {
            return 3;
        }
        return length < 268435455 ? 4 : 5;
    }

    private void nextInZiplist() throws RdbFormatException {
        // Before each element stands the length of the one before it, for walking back.
        advance((array[at] & 0xff) < 0xfe ? 1 : 5);
        need(1);
        int first = array[at] & 0xff;
        if (first < 0x40) {
            setText(1, first);
        } else if (first < 0x80) {
            need(2);
            setText(2, ((first & 0x3f) << 8) | (array[at + 1] & 0xff));
        } else if (first < 0xc0) {
            need(5);
            setText(5, (int) INT_BIG.get(array, at + 1) & 0xffff_ffffL);
        } else if (first >= 0xf1 && first <= 0xfd) {
            setInteger(1, (first & 0x0f) - 1);
        } else {
            switch (first) {
                case 0xc0 -> setFixed(2);
                case 0xd0 -> setFixed(4);
                case 0xe0 -> setFixed(8);
                case 0xf0 -> setFixed(3);
                case 0xfe -> setFixed(1);
                default -> throw malformed("element's first byte", first, "it has no meaning");
            }
        }
    }

    private void setInteger(int bytes, long value) throws RdbFormatException {
        isInteger = true;
        integer = value;
        advance(bytes);
    }

    /// An integer of one to eight little-endian bytes behind the first byte.
    private void setFixed(int bytes) throws RdbFormatException {
        need(1 + bytes);
        int from = at + 1;
        long value =
                switch (bytes) {
                    case 1 -> array[from];
                    case 2 -> (short) SHORT.get(array, from);
                    case 3 -> ((short) SHORT.get(array, from) & 0xffff) | (array[from + 2] << 16);
                    case 4 -> (int) INT.get(array, from);
                    default -> (long) LONG.get(array, from);
                };
        setInteger(1 + bytes, value);
    }

    private void setText(int head, long length) throws RdbFormatException {
        if (length > end - at - head) {
            throw malformed("text's length", length, (end - at - head) + " bytes are left");
        }
        isInteger = false;
        textOffset = at + head;
        textLength = (int) length;
        advance(head + textLength);
    }

    private void need(int bytes) throws RdbFormatException {
        if (end - at < bytes) {
            throw malformed("element's length", bytes, (end - at) + " bytes are left");
        }
    }

    private void advance(int bytes) throws RdbFormatException {
        need(bytes);
        at += bytes;
    }

    RdbFormatException malformed(String what, long found, String rule) {
        return in.malformed(
                (listpack ? "a listpack's " : "a ziplist's ") + what,
                Long.toString(found),
                rule + " (byte " + (at - start) + " of it)");
    }
}
