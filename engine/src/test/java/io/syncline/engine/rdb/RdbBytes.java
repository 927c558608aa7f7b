package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.bytes.Crc64;
import java.nio.charset.StandardCharsets;

/// Writes RDB bytes by hand, right or wrong, for what no server at hand writes.
final class RdbBytes {
    private final ByteBuilder out = new ByteBuilder(256);

    static RdbBytes file(String magic) {
        return new RdbBytes().text(magic);
    }

    RdbBytes text(String ascii) {
        out.putAscii(ascii);
        return this;
    }

    RdbBytes raw(int... bytes) {
        for (int value : bytes) {
            out.put((byte) value);
        }
        return this;
    }

    RdbBytes raw(byte[] bytes) {
        out.put(bytes);
        return this;
    }

    /// Little-endian.
    RdbBytes fixed(long value, int bytes) {
        for (int shift = 0; shift < bytes * 8; shift += 8) {
            out.put((byte) (value >>> shift));
        }
        return this;
    }

    /// A number in the form of a length.
    RdbBytes number(long value) {
        if (value >= 0 && value < 64) {
            return raw((int) value);
        }
        if (value >= 0 && value < 16384) {
            return raw(0x40 | (int) (value >>> 8), (int) value);
        }
        raw(0x81);
        return fixed(Long.reverseBytes(value), 8);
    }

    RdbBytes string(String ascii) {
        return string(ascii.getBytes(StandardCharsets.ISO_8859_1));
    }

    RdbBytes string(byte[] bytes) {
        return number(bytes.length).raw(bytes);
    }

    RdbBytes strings(String... all) {
        for (String one : all) {
            string(one);
        }
        return this;
    }

    /// A type and a key, to be followed by the value.
    RdbBytes key(int type, String key) {
        return raw(type).string(key);
    }

    /// A stream id in its form of 16 bytes.
    RdbBytes id(long millis, long sequence) {
        return fixed(Long.reverseBytes(millis), 8).fixed(Long.reverseBytes(sequence), 8);
    }

    byte[] bytes() {
        return out.toBytes();
    }

    ByteSlice slice() {
        return new ByteSlice().set(out.array, 0, out.length);
    }

    /// The end with the right checksum.
    byte[] end() {
        raw(255);
        return fixed(Crc64.update(0, out.array, 0, out.length), 8).bytes();
    }

    /// Texts of up to 63 bytes and integers of up to 16 bits.
    static byte[] listpack(Object... elements) {
        RdbBytes body = new RdbBytes();
        for (Object element : elements) {
            if (element instanceof Integer number) {
                body.raw(0xf1).fixed(number, 2).raw(3);
            } else {
                String text = element.toString();
                body.raw(0x80 | text.length()).text(text).raw(text.length() + 1);
            }
        }
        byte[] packed = body.raw(255).bytes();
        return new RdbBytes()
                .fixed(packed.length + 6, 4)
                .fixed(elements.length, 2)
                .raw(packed)
                .bytes();
    }

    /// Texts of up to 63 bytes and integers of up to 16 bits.
    static byte[] ziplist(Object... elements) {
        RdbBytes body = new RdbBytes();
        int previous = 0;
        for (Object element : elements) {
            body.raw(previous);
            if (element instanceof Integer number) {
                body.raw(0xc0).fixed(number, 2);
                previous = 4;
            } else {
                String text = element.toString();
                body.raw(text.length()).text(text);
                previous = 2 + text.length();
            }
        }
        byte[] packed = body.raw(255).bytes();
        return new RdbBytes()
                .fixed(packed.length + 10, 4)
                .fixed(packed.length + 10 - 1 - previous, 4)
                .fixed(elements.length, 2)
                .raw(packed)
                .bytes();
    }

    /// A stream's body as the generation writes it: two entries, one deleted; one group; one
    /// pending.
    static RdbBytes stream(int generation, int entriesGivenBack) {
        RdbBytes body = new RdbBytes().number(1);
        body.string(new RdbBytes().id(7, 1).bytes());
        body.string(
                listpack(
                        2, 1, 1, "f", 0, 2, 0, 0, "v", 4, 3, 1, 0, "gone", 4, 0, 2, 5, 1, "g", 9,
                        6));
        body.number(2).number(9).number(6);
        if (generation >= 2) {
            body.number(7).number(1).number(8).number(1).number(3);
        }
        body.number(1).string("group").number(7).number(1);
        if (generation >= 2) {
            body.number(1);
        }
        body.number(1).id(7, 1).fixed(1000, 8).number(3);
        body.number(1).string("consumer").fixed(2000, 8);
        if (generation >= 3) {
            body.fixed(3000, 8);
        }
        body.number(1).id(7, 1);
        if (generation >= 5) {
            body.number(entriesGivenBack);
            for (int index = 0; index < entriesGivenBack; index++) {
                body.id(9, index);
            }
        }
        if (generation >= 4) {
            body.number(100).number(10).number(1).string("producer").number(1);
            body.string("iid").number(7).number(1).number(4).number(0);
        }
        return body;
    }

    /// A module's value with each kind of part.
    static RdbBytes module(long id) {
        return new RdbBytes()
                .number(id)
                .number(1)
                .number(5)
                .number(2)
                .number(-1)
                .number(3)
                .fixed(0, 4)
                .number(4)
                .fixed(0, 8)
                .number(5)
                .string("part")
                .number(0);
    }
}
