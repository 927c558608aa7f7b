package io.syncline.engine.scan;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.rdb.DumpPayload;
import io.syncline.engine.rdb.RdbFamily;
import io.syncline.engine.source.FeedWriter;
import java.io.IOException;

/// Makes an RDB of values that DUMP answered: a payload is the value as it stands in an RDB,
/// between its type and a footer (Redis `rdb.c` `rdbSaveKeyValuePair`, `cluster.c`
/// `createDumpPayload`).
final class RdbWriter {
    private static final int EXPIRE_MILLIS = 252;
    private static final int RESIZE = 251;
    private static final int FUNCTION = 245;
    private static final int SELECT_DATABASE = 254;
    private static final int END = 255;

    /// From here on a byte is no type.
    private static final int FIRST_OPCODE = 243;

    private final FeedWriter out;
    private final ByteBuilder bytes = new ByteBuilder(256);
    private int database = -1;

    RdbWriter(FeedWriter out, int version) throws IOException {
        this.out = out;
        boolean valkey = RdbFamily.ofVersion(version) == RdbFamily.VALKEY;
        String magic = valkey ? "VALKEY%03d" : "REDIS%04d";
        byte[] header = String.format(magic, version).getBytes(US_ASCII);
        out.write(header, 0, header.length);
    }

    void function(byte[] code) throws IOException {
        bytes.clear();
        bytes.put((byte) FUNCTION);
        string(code);
        flush();
    }

    /// @param keys about how many follow
    void database(int number, long keys) throws IOException {
        database = number;
        bytes.clear();
        bytes.put((byte) SELECT_DATABASE);
        length(number);
        bytes.put((byte) RESIZE);
        length(keys);
        length(0);
        flush();
    }

    int database() {
        return database;
    }

    /// Whether a payload can stand in an RDB as it is; one with a module's metadata cannot.
    static boolean takes(byte[] payload) {
        return payload.length > DumpPayload.OVERHEAD_BYTES && (payload[0] & 0xff) < FIRST_OPCODE;
    }

    /// Adds a key of the present database.
    void key(byte[] name, long expireAtMillis, byte[] payload) throws IOException {
        bytes.clear();
        if (expireAtMillis >= 0) {
            bytes.put((byte) EXPIRE_MILLIS);
            for (int i = 0; i < Long.BYTES; i++) {
                bytes.put((byte) (expireAtMillis >>> (8 * i)));
            }
        }
        bytes.put(payload[0]);
        string(name);
        flush();
        out.write(payload, 1, payload.length - DumpPayload.OVERHEAD_BYTES);
    }

    /// A checksum of 0 stands for none.
    void end() throws IOException {
        byte[] end = new byte[1 + Long.BYTES];
        end[0] = (byte) END;
        out.write(end, 0, end.length);
    }

    private void flush() throws IOException {
        out.write(bytes);
    }

    private void string(byte[] text) {
        length(text.length);
        bytes.put(text);
    }

    /// `rdbSaveLen`: six bits, fourteen, or eight bytes behind a mark.
    private void length(long value) {
        if (value < 1 << 6) {
            bytes.put((byte) value);
        } else if (value < 1 << 14) {
            bytes.put((byte) (0x40 | value >>> 8)).put((byte) value);
        } else {
            bytes.put((byte) 0x81);
            for (int i = Long.BYTES - 1; i >= 0; i--) {
                bytes.put((byte) (value >>> (8 * i)));
            }
        }
    }
}
