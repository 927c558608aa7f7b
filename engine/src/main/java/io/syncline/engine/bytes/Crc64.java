package io.syncline.engine.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The CRC-64 of RDB files and DUMP payloads ("Jones": polynomial 0xad93d23594c935a9, reflected,
/// initial value 0, no final xor; Redis `crc64.c`). The checksum of `123456789` is
/// 0xe9c6d914c4b8d9ca.
///
/// Every byte of a snapshot passes here, most of them twice (file and payload), so sixteen bytes
/// are folded at once, each through a table of its own (slicing by 16): the sixteen look-ups do not
/// wait for each other.
public final class Crc64 {
    /// The reflected polynomial.
    private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;

    private static final int SLICES = 16;

    /// `TABLE[k * 256 + b]`: byte `b` followed by `k` zero bytes. 32 KiB, the size of a level 1
    /// cache.
    private static final long[] TABLE = table();

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Crc64() {}

    /// Continues a checksum; the first call is given 0.
    public static long update(long crc, byte[] source, int offset, int length) {
        long state = crc;
        int at = offset;
        int end = offset + length;
        for (int last = end - SLICES; at <= last; at += SLICES) {
            long low = state ^ (long) LONG.get(source, at);
            long high = (long) LONG.get(source, at + 8);
            state = fold(low, 8) ^ fold(high, 0);
        }
        if (at <= end - 8) {
            state = fold(state ^ (long) LONG.get(source, at), 0);
            at += 8;
        }
        if (at <= end - 4) {
            // Small values are the most frequent ones: do not take their last bytes one by one.
            state = foldHalf((int) state ^ (int) INT.get(source, at)) ^ (state >>> 32);
            at += 4;
        }
        for (; at < end; at++) {
            state = TABLE[(int) (state ^ source[at]) & 0xff] ^ (state >>> 8);
        }
        return state;
    }

    /// Eight bytes that are followed by `behind` others of the same step.
    private static long fold(long word, int behind) {
        return TABLE[(behind + 7) * 256 + (int) (word & 0xff)]
                ^ TABLE[(behind + 6) * 256 + (int) ((word >>> 8) & 0xff)]
                ^ TABLE[(behind + 5) * 256 + (int) ((word >>> 16) & 0xff)]
                ^ TABLE[(behind + 4) * 256 + (int) ((word >>> 24) & 0xff)]
                ^ TABLE[(behind + 3) * 256 + (int) ((word >>> 32) & 0xff)]
                ^ TABLE[(behind + 2) * 256 + (int) ((word >>> 40) & 0xff)]
                ^ TABLE[(behind + 1) * 256 + (int) ((word >>> 48) & 0xff)]
                ^ TABLE[behind * 256 + (int) (word >>> 56)];
    }

    private static long foldHalf(int word) {
        return TABLE[3 * 256 + (word & 0xff)]
                ^ TABLE[2 * 256 + ((word >>> 8) & 0xff)]
                ^ TABLE[256 + ((word >>> 16) & 0xff)]
                ^ TABLE[word >>> 24];
    }

    private static long[] table() {
        long[] table = new long[SLICES * 256];
        for (int value = 0; value < 256; value++) {
            long crc = value;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            table[value] = crc;
        }
        for (int index = 256; index < table.length; index++) {
            long shorter = table[index - 256];
            table[index] = table[(int) (shorter & 0xff)] ^ (shorter >>> 8);
        }
        return table;
    }
}
