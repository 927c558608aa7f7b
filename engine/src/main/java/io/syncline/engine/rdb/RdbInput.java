package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteInput;
import io.syncline.engine.bytes.Crc64;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The primitives of the format (lengths, strings, fixed numbers) over one buffer, which is either
/// refilled from an input or is all there is.
///
/// Bytes from [#retain] on stay in the buffer until [#release]; the buffer grows for them as they
/// arrive, at most to eight times what has arrived, never for a declared length alone. Indexes into
/// the buffer change whenever bytes are read from the input, so what must last is kept relative to
/// the mark. Every method that reads checks; the two fields are public to the package for speed.
final class RdbInput {
    /// Large enough for few system calls, small enough to stay in a level 2 cache between being
    /// read, walked, checksummed and copied on.
    static final int BASE_CAPACITY = 256 << 10;

    /// A buffer that grew beyond this is given back by [#trim].
    private static final int KEPT_CAPACITY = 4 << 20;

    /// Times its own size that the buffer grows by for one part.
    private static final int MOST_GROWTH = 7;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 16;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_BIG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    byte[] buffer;
    int position;

    private int limit;
    private final @Nullable ByteInput input;
    private final int maxElementBytes;

    /// What stood before `buffer[0]`.
    private long discarded;

    /// The checksum of everything before `buffer[checksummed]`.
    private long checksum;

    private int checksummed;

    private int mark = -1;

    /// How many bytes from the mark on may be held before [TooLargeToHold].
    private long holdLimit = Long.MAX_VALUE;

    RdbInput(ByteInput input, int maxElementBytes) {
        this.input = input;
        this.maxElementBytes = maxElementBytes;
        buffer = new byte[BASE_CAPACITY];
    }

    /// An input without bytes, to be given some by [#wrap].
    RdbInput(int maxElementBytes) {
        this.input = null;
        this.maxElementBytes = maxElementBytes;
        buffer = new byte[0];
    }

    /// Reads this slice and nothing behind it.
    void wrap(byte[] array, int offset, int length) {
        buffer = array;
        position = offset;
        limit = offset + length;
        discarded = -offset;
        mark = -1;
    }

    /// How many bytes were consumed since the start.
    long consumed() {
        return discarded + position;
    }

    int available() {
        return limit - position;
    }

    /// Keeps the bytes from index `from` on in the buffer.
    void retain(int from) {
        mark = from;
        holdLimit = Long.MAX_VALUE;
    }

    /// From here on at most `more` bytes are held; beyond them reading fails with [TooLargeToHold].
    void holdAtMost(int more) {
        holdLimit = (long) position - mark + more;
    }

    void release() {
        mark = -1;
    }

    /// The index of the first retained byte.
    int mark() {
        return mark;
    }

    /// Gives memory back after a huge value.
    void trim() {
        if (buffer.length > KEPT_CAPACITY && input != null && available() <= BASE_CAPACITY / 2) {
            updateChecksum();
            int left = available();
            byte[] smaller = new byte[BASE_CAPACITY];
            System.arraycopy(buffer, position, smaller, 0, left);
            discarded += position;
            buffer = smaller;
            position = 0;
            checksummed = 0;
            limit = left;
        }
    }

    /// The checksum of all bytes consumed so far.
    long checksum() {
        updateChecksum();
        return checksum;
    }

    private void updateChecksum() {
        if (checksummed < position) {
            checksum = Crc64.update(checksum, buffer, checksummed, position - checksummed);
            checksummed = position;
        }
    }

    /// Makes sure that `count` bytes stand in the buffer from `position` on.
    void require(int count) throws IOException {
        if (limit - position < count) {
            fill(count);
        }
    }

    private void fill(int count) throws IOException {
        if (input == null) {
            throw malformed(
                    "what is left of the value",
                    available() + " bytes",
                    "its parts announce " + count + " more");
        }
        if (mark >= 0 && (long) position - mark + count > holdLimit) {
            throw new TooLargeToHold();
        }
        updateChecksum();
        compact();
        while (limit - position < count) {
            if (limit == buffer.length) {
                grow(count);
            }
            // Not more than the cache holds, however large the buffer has become.
            int wanted = Math.max(BASE_CAPACITY, count - (limit - position));
            int got = input.read(buffer, limit, Math.min(wanted, buffer.length - limit));
            if (got < 0) {
                throw new EOFException(
                        "RDB position "
                                + (discarded + limit)
                                + ": the input ended where at least "
                                + (count - available())
                                + " more bytes must follow");
            }
            limit += got;
        }
    }

    private void compact() {
        int keep = mark >= 0 ? mark : position;
        if (keep > 0) {
            System.arraycopy(buffer, keep, buffer, 0, limit - keep);
            discarded += keep;
            position -= keep;
            limit -= keep;
            checksummed -= keep;
            if (mark >= 0) {
                mark = 0;
            }
        }
    }

    /// The buffer is full of bytes that have arrived and are kept.
    private void grow(int count) throws IOException {
        long needed = (long) position + count;
        if (needed > LARGEST_ARRAY) {
            throw tooLong("what must be held in memory at once", needed, LARGEST_ARRAY);
        }
        long missing = needed - buffer.length;
        // One large part: just what it needs, since what is left behind by each step is garbage as
        // large as the step; at most eight times, so that memory follows what has arrived. Many
        // small parts: at least half more, so that the buffer is not copied for each of them.
        long step =
                count >= buffer.length / 2
                        ? Math.min(missing, MOST_GROWTH * (long) buffer.length)
                        : Math.clamp(missing, buffer.length / 2, buffer.length);
        buffer = Arrays.copyOf(buffer, (int) Math.min(buffer.length + step, LARGEST_ARRAY));
    }

    int readByte() throws IOException {
        require(1);
        return buffer[position++] & 0xff;
    }

    int readInt() throws IOException {
        require(4);
        int value = (int) INT.get(buffer, position);
        position += 4;
        return value;
    }

    long readLong() throws IOException {
        require(8);
        long value = (long) LONG.get(buffer, position);
        position += 8;
        return value;
    }

    long readLongBigEndian() throws IOException {
        require(8);
        long value = (long) LONG_BIG.get(buffer, position);
        position += 8;
        return value;
    }

    double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    /// A length that says how many bytes or parts follow.
    long readCount(String what) throws IOException {
        long count = readNumber(what);
        if (count < 0) {
            throw malformed(what, Long.toUnsignedString(count), "it must be below 2^63");
        }
        return count;
    }

    /// A number in the form of a length; all 64 bits may be used.
    long readNumber(String what) throws IOException {
        require(1);
        int first = buffer[position] & 0xff;
        if (first < 0x40) {
            position++;
            return first;
        }
        if (first < 0x80) {
            require(2);
            int number = ((first & 0x3f) << 8) | (buffer[position + 1] & 0xff);
            position += 2;
            return number;
        }
        return readLargeNumber(first, what);
    }

    /// The number at index `at`, which stands in the buffer already; stays where it is.
    long numberAt(int at, String what) throws IOException {
        int saved = position;
        position = at;
        long number = readNumber(what);
        position = saved;
        return number;
    }

    private long readLargeNumber(int first, String what) throws IOException {
        if (first == 0x80) {
            require(5);
            long value = (int) INT_BIG.get(buffer, position + 1) & 0xffff_ffffL;
            position += 5;
            return value;
        }
        if (first == 0x81) {
            require(9);
            long value = (long) LONG_BIG.get(buffer, position + 1);
            position += 9;
            return value;
        }
        throw malformed(
                what,
                "byte 0x" + Integer.toHexString(first),
                "a number starts with a byte from 0x00 to 0x81, and only a string with 0xc0 to 0xc3");
    }

    /// Moves over a string without looking inside.
    void skipString() throws IOException {
        require(1);
        int first = buffer[position] & 0xff;
        if (first < 0x40) {
            position++;
            skipBytes(first);
        } else if (first < 0xc0) {
            skipBytes(readCount("a string's length"));
        } else {
            position++;
            switch (first) {
                case 0xc0 -> skipBytes(1);
                case 0xc1 -> skipBytes(2);
                case 0xc2 -> skipBytes(4);
                case 0xc3 -> {
                    long compressed = readCount("a compressed string's length");
                    readCount("a compressed string's full length");
                    skipBytes(compressed);
                }
                default -> throw RdbStrings.unknownEncoding(this, first);
            }
        }
    }

    void skipBytes(long count) throws IOException {
        if (count <= limit - position) {
            position += (int) count;
        } else {
            skipFar(count);
        }
    }

    private void skipFar(long count) throws IOException {
        if (mark >= 0 || input == null) {
            if (count > holdLimit) {
                throw new TooLargeToHold();
            }
            require(elementLength(count));
            position += (int) count;
            return;
        }
        long rest = count;
        while (rest > limit - position) {
            rest -= limit - position;
            position = limit;
            fill(1);
        }
        position += (int) rest;
    }

    /// Moves over `count` parts of `size` bytes each.
    void skipParts(long count, int size, String what) throws IOException {
        if (count > Long.MAX_VALUE / size) {
            throw malformed(
                    what, Long.toString(count), "no input has so many of " + size + " bytes");
        }
        skipBytes(count * size);
    }

    int elementLength(long length) throws RdbFormatException {
        if (length > maxElementBytes) {
            throw tooLong("a string's length", length, maxElementBytes);
        }
        return (int) length;
    }

    private RdbFormatException tooLong(String what, long length, int most) {
        return malformed(what, length + " bytes", "the limit is " + most);
    }

    RdbFormatException malformed(String what, String found, String rule) {
        String place = input == null ? "payload position" : "RDB position";
        return new RdbFormatException(consumed(), place, what, found, rule);
    }
}
