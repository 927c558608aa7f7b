package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.bytes.Lzf;
import java.io.IOException;

/// The text of RDB strings, which stand as they are, as small integers, or compressed (Redis
/// `rdb.c`: `rdbGenericLoadStringObject`).
final class RdbStrings {
    private RdbStrings() {}

    /// Reads a string; `out` shows it until the next read from this input.
    static void read(RdbInput in, ByteSlice out) throws IOException {
        in.require(1);
        int first = in.buffer[in.position] & 0xff;
        if (first < 0xc0) {
            int length = in.elementLength(in.readCount("a string's length"));
            in.require(length);
            out.set(in.buffer, in.position, length);
            in.position += length;
            return;
        }
        in.position++;
        switch (first) {
            case 0xc0 -> out.setDecimal((byte) in.readByte());
            case 0xc1 -> {
                int low = in.readByte();
                out.setDecimal((short) ((in.readByte() << 8) | low));
            }
            case 0xc2 -> out.setDecimal(in.readInt());
            case 0xc3 -> readCompressed(in, out);
            default -> throw unknownEncoding(in, first);
        }
    }

    /// Reads the string at index `at`, which stands in the buffer already, and stays where it is.
    ///
    /// @return the index behind the string
    static int readAt(RdbInput in, int at, ByteSlice out) throws IOException {
        int saved = in.position;
        in.position = at;
        read(in, out);
        int end = in.position;
        in.position = saved;
        return end;
    }

    private static void readCompressed(RdbInput in, ByteSlice out) throws IOException {
        int compressed = in.elementLength(in.readCount("a compressed string's length"));
        long full = in.readCount("a compressed string's full length");
        long most = (long) compressed * Lzf.MAX_EXPANSION;
        if (full > most) {
            throw in.malformed(
                    "a compressed string's full length",
                    Long.toString(full),
                    compressed + " bytes of LZF make at most " + most);
        }
        int length = in.elementLength(full);
        in.require(compressed);
        byte[] target = out.own(length);
        int made = Lzf.decompress(in.buffer, in.position, compressed, target, 0, length);
        if (made == Lzf.MALFORMED) {
            throw in.malformed(
                    "a compressed string of " + compressed + " bytes",
                    "damaged",
                    "it must decompress to exactly " + length + " bytes");
        }
        in.position += compressed;
    }

    static RdbFormatException unknownEncoding(RdbInput in, int first) {
        return in.malformed(
                "a string's encoding",
                "0x" + Integer.toHexString(first),
                "0xc0, 0xc1, 0xc2 (integers) and 0xc3 (LZF) are known");
    }
}
