package io.syncline.engine.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing byte array that is reused: the send buffer of a batch, a scratch value.
///
/// The array is public on purpose: the hot path copies into it and hands it to a socket without a
/// call per byte. Growth doubles, save for one large request, which grows to just what it needs.
public final class ByteBuilder {
    /// Java arrays end a little below 2 GiB.
    public static final int MAX_LENGTH = Integer.MAX_VALUE - 16;

    private static final int DOUBLING_LIMIT = 16 << 20;

    /// What a large request gets beyond what it needs: the few small things that end a batch.
    private static final int SPARE_BYTES = 64 << 10;

    /// A buffer of this size is collected as soon as it is given back. Collectors rather grow the
    /// heap than collect for a large array, and a process that lives for months would keep all that
    /// its largest values took. What is alive is little, so it takes some 10 ms.
    private static final int COLLECTED_BYTES = 64 << 20;

    public byte[] array;
    public int length;

    public ByteBuilder(int capacity) {
        array = new byte[capacity];
    }

    /// Makes room for `more` bytes behind `length`.
    ///
    /// @throws IllegalStateException when the whole would exceed [#MAX_LENGTH]
    public void ensure(int more) {
        if (array.length - length < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        long needed = (long) length + more;
        if (needed > MAX_LENGTH) {
            throw new IllegalStateException(
                    "a buffer of " + needed + " bytes exceeds the limit of " + MAX_LENGTH);
        }
        array = Arrays.copyOf(array, (int) Math.min(roomFor(needed, more), MAX_LENGTH));
    }

    private long roomFor(long needed, int more) {
        if (more > DOUBLING_LIMIT) {
            return needed + SPARE_BYTES;
        }
        return needed > DOUBLING_LIMIT ? needed + needed / 8 : Math.max(needed, array.length * 2L);
    }

    public ByteBuilder put(byte value) {
        ensure(1);
        array[length++] = value;
        return this;
    }

    public ByteBuilder put(byte[] source) {
        return put(source, 0, source.length);
    }

    public ByteBuilder put(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
        return this;
    }

    public ByteBuilder putAscii(String text) {
        return put(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Writes the decimal form without an object.
    public ByteBuilder putDecimal(long value) {
        ensure(20);
        if (value == Long.MIN_VALUE) {
            return putAscii("-9223372036854775808");
        }
        long rest = value;
        if (rest < 0) {
            array[length++] = '-';
            rest = -rest;
        }
        int end = length + digits(rest);
        length = end;
        do {
            array[--end] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        return this;
    }

    /// Writes `\r\n`.
    public ByteBuilder putLineEnd() {
        ensure(2);
        array[length++] = '\r';
        array[length++] = '\n';
        return this;
    }

    public void clear() {
        length = 0;
    }

    /// Gives a huge array back after one huge value, so that it does not live for ever.
    public void clearAndTrim(int keep) {
        length = 0;
        if (array.length > keep) {
            boolean huge = array.length >= COLLECTED_BYTES;
            array = new byte[keep];
            if (huge) {
                System.gc();
            }
        }
    }

    public byte[] toBytes() {
        return Arrays.copyOf(array, length);
    }

    @Override
    public String toString() {
        return new String(array, 0, length, StandardCharsets.ISO_8859_1);
    }

    /// The number of decimal digits of a value that is not negative.
    public static int digits(long value) {
        int digits = 1;
        for (long limit = 10; digits < 19 && value >= limit; limit *= 10) {
            digits++;
        }
        return digits;
    }
}
