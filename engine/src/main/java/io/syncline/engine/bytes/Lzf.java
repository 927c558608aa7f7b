package io.syncline.engine.bytes;

/// Decompresses LZF, the compression of RDB strings (Redis `lzf_d.c`).
///
/// The input is a list of items. A first byte below 32 announces that many literal bytes and one
/// more. Otherwise its top three bits are a length (7: one more byte is added to it), its low five
/// bits and the byte behind are a distance back into the output, and length + 2 bytes are copied.
public final class Lzf {
    /// Three bytes of input make at most 264 of output (length 7 + 255 + 2), so a longer output
    /// than this factor allows is a lie that need not be believed before memory is taken for it.
    public static final int MAX_EXPANSION = 88;

    /// The result of [#decompress] for a damaged input.
    public static final int MALFORMED = -1;

    private static final int LITERALS = 32;

    private Lzf() {}

    /// Fills `target[targetOffset ..]` with exactly `targetLength` bytes.
    ///
    /// @return `targetLength`, or [#MALFORMED] when the input ends inside an item, refers to before
    ///   the start of the output, or makes more or fewer bytes than asked for
    public static int decompress(
            byte[] source,
            int offset,
            int length,
            byte[] target,
            int targetOffset,
            int targetLength) {
        int in = offset;
        int inEnd = offset + length;
        int out = targetOffset;
        int outEnd = targetOffset + targetLength;
        while (in < inEnd) {
            int control = source[in++] & 0xff;
            if (control < LITERALS) {
                int count = control + 1;
                if (count > inEnd - in || count > outEnd - out) {
                    return MALFORMED;
                }
                System.arraycopy(source, in, target, out, count);
                in += count;
                out += count;
                continue;
            }
            int count = control >>> 5;
            if (count == 7) {
                if (in == inEnd) {
                    return MALFORMED;
                }
                count += source[in++] & 0xff;
            }
            count += 2;
            if (in == inEnd) {
                return MALFORMED;
            }
            int from = out - (((control & 0x1f) << 8) | (source[in++] & 0xff)) - 1;
            if (from < targetOffset || count > outEnd - out) {
                return MALFORMED;
            }
            if (out - from >= count) {
                System.arraycopy(target, from, target, out, count);
                out += count;
            } else {
                // The copy reads what it has just written: a repeated pattern.
                for (int end = out + count; out < end; ) {
                    target[out++] = target[from++];
                }
            }
        }
        return out == outEnd ? targetLength : MALFORMED;
    }
}
