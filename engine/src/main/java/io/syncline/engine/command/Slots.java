package io.syncline.engine.command;

import io.syncline.engine.bytes.Crc16;
import java.nio.charset.StandardCharsets;

/// Hash slots of Redis Cluster: of a key, and for a slot a tag that hashes to it.
public final class Slots {
    public static final int COUNT = 16384;

    /// Every tag has this length, so that names made with tags have one length, too.
    public static final int TAG_LENGTH = 3;

    private static final byte[] LETTERS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    .getBytes(StandardCharsets.US_ASCII);

    private Slots() {}

    /// The slot of a key: the checksum of what stands between the first `{` and the next `}`, or of
    /// the whole key when there is no such part or it is empty (cluster.c `keyHashSlot`).
    public static int of(byte[] buffer, int offset, int length) {
        int end = offset + length;
        for (int open = offset; open < end; open++) {
            if (buffer[open] == '{') {
                for (int close = open + 1; close < end; close++) {
                    if (buffer[close] == '}') {
                        if (close == open + 1) {
                            break;
                        }
                        return Crc16.of(buffer, open + 1, close - open - 1) & (COUNT - 1);
                    }
                }
                break;
            }
        }
        return Crc16.of(buffer, offset, length) & (COUNT - 1);
    }

    public static int of(byte[] key) {
        return of(key, 0, key.length);
    }

    /// A short text of letters and digits whose slot is this one. The same in every version:
    /// targets hold keys named with it.
    public static String tag(int slot) {
        return Tags.OF_SLOT[slot];
    }

    /// Made at first use: about two milliseconds that a standalone target never pays.
    private static final class Tags {
        static final String[] OF_SLOT = make();

        private static String[] make() {
            String[] tags = new String[COUNT];
            int missing = COUNT;
            for (byte first : LETTERS) {
                int one = Crc16.update(0, first);
                for (byte second : LETTERS) {
                    int two = Crc16.update(one, second);
                    for (byte third : LETTERS) {
                        int slot = Crc16.update(two, third) & (COUNT - 1);
                        if (tags[slot] == null) {
                            byte[] tag = {first, second, third};
                            tags[slot] = new String(tag, StandardCharsets.US_ASCII);
                            missing--;
                        }
                    }
                }
            }
            if (missing > 0) {
                throw new IllegalStateException(missing + " slots have no tag of three letters");
            }
            return tags;
        }
    }
}
