package io.syncline.engine.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A reusable view of some bytes: a key, an element, an argument, without an object per value.
///
/// The fields are public on purpose (hot paths read them in loops). The bytes belong to whoever set
/// the view and stay valid only as long as that one says; who keeps them longer copies them. A view
/// can also own a small scratch array for values that stand nowhere as bytes (a number's text, a
/// decompressed string).
public final class ByteSlice {
    /// The text of a `long` at most: sign and 19 digits.
    private static final int MAX_DECIMAL = 20;

    /// A larger scratch array is given back by [#trim].
    private static final int KEPT_SCRATCH = 1 << 20;

    private static final byte[] NOTHING = {};

    public byte[] array = NOTHING;
    public int offset;
    public int length;

    private byte[] scratch = NOTHING;

    public ByteSlice set(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
        return this;
    }

    public ByteSlice clear() {
        return set(NOTHING, 0, 0);
    }

    /// Points at a scratch array of this view, with room for `length` bytes, to be filled by the
    /// caller.
    public byte[] own(int length) {
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, MAX_DECIMAL)];
        }
        set(scratch, 0, length);
        return scratch;
    }

    /// Points at a new copy of the bytes it points at now, so that their owner may reuse them.
    public ByteSlice keep() {
        return set(toBytes(), 0, length);
    }

    /// Points at the decimal text of `value`.
    public ByteSlice setDecimal(long value) {
        byte[] text = own(MAX_DECIMAL);
        int at = MAX_DECIMAL;
        // Kept negative, since the most negative number has no positive twin.
        long rest = value < 0 ? value : -value;
        do {
            text[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            text[--at] = '-';
        }
        return set(text, at, MAX_DECIMAL - at);
    }

    /// Forgets a huge scratch array, so that one huge value does not hold memory for ever.
    public void trim() {
        if (scratch.length > KEPT_SCRATCH) {
            clear();
            scratch = NOTHING;
        }
    }

    public int end() {
        return offset + length;
    }

    public byte[] toBytes() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    public boolean contentEquals(String ascii) {
        if (ascii.length() != length) {
            return false;
        }
        for (int index = 0; index < length; index++) {
            if ((array[offset + index] & 0xff) != ascii.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    /// Each byte as the character of the same number, so that nothing is lost.
    @Override
    public String toString() {
        return new String(array, offset, length, StandardCharsets.ISO_8859_1);
    }
}
