package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A cursor over the oldest packed hash (Redis 2.4 `zipmap.c`): a count byte, then for each field
/// its length and text, its value's length, a count of unused bytes behind the value, the value,
/// and those bytes; 255 at the end. A length of 254 stands for a four-byte one behind it.
final class Zipmap {
    private static final int END_MARK = 0xff;
    private static final int LONG_LENGTH = 0xfe;

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /// Only for the position in errors.
    private final RdbInput in;

    private byte[] array = {};
    private int start;
    private int at;

    /// The index of the end mark.
    private int end;

    Zipmap(RdbInput in) {
        this.in = in;
    }

    void open(ByteSlice packed) throws RdbFormatException {
        array = packed.array;
        start = packed.offset;
        at = start + 1;
        end = packed.end() - 1;
        if (packed.length < 2 || (array[end] & 0xff) != END_MARK) {
            throw malformed("length", packed.length, "a count byte and an end mark are needed");
        }
    }

    /// Shows the next field and value.
    ///
    /// @return false when there is none
    boolean next(ByteSlice field, ByteSlice value) throws RdbFormatException {
        if (at == end) {
            return false;
        }
        int fieldLength = readLength();
        field.set(array, take(fieldLength), fieldLength);
        int valueLength = readLength();
        int unused = array[take(1)] & 0xff;
        value.set(array, take(valueLength), valueLength);
        take(unused);
        return true;
    }

    private int readLength() throws RdbFormatException {
        int first = array[take(1)] & 0xff;
        if (first == END_MARK) {
            throw malformed("length byte", first, "255 is the end mark, which is the last byte");
        }
        if (first < LONG_LENGTH) {
            return first;
        }
        long length = (int) INT.get(array, take(4)) & 0xffff_ffffL;
        if (length > end - at) {
            throw malformed("string's length", length, (end - at) + " bytes are left");
        }
        return (int) length;
    }

    private int take(int bytes) throws RdbFormatException {
        if (end - at < bytes) {
            throw malformed("string's length", bytes, (end - at) + " bytes are left");
        }
        int taken = at;
        at += bytes;
        return taken;
    }

    private RdbFormatException malformed(String what, long found, String rule) {
        return in.malformed(
                "a zipmap's " + what,
                Long.toString(found),
                rule + " (byte " + (at - start) + " of it)");
    }
}
