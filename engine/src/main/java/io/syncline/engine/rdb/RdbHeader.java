package io.syncline.engine.rdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The magic at the start of a file: `REDIS` and four digits, or `VALKEY` and three.
record RdbHeader(RdbFamily family, int version) {
    private static final int BYTES = 9;
    private static final int FIRST_VERSION_WITH_CHECKSUM = 5;

    static RdbHeader read(RdbInput in) throws IOException {
        in.require(BYTES);
        String magic = new String(in.buffer, in.position, BYTES, StandardCharsets.ISO_8859_1);
        RdbHeader header = null;
        if (magic.matches("REDIS\\d{4}")) {
            header = new RdbHeader(RdbFamily.REDIS, Integer.parseInt(magic.substring(5)));
        } else if (magic.matches("VALKEY\\d{3}")) {
            header = new RdbHeader(RdbFamily.VALKEY, Integer.parseInt(magic.substring(6)));
        }
        if (header == null || header.version == 0) {
            throw in.malformed(
                    "the magic",
                    "'" + magic.replaceAll("[^ -~]", "?") + "'",
                    "it must be REDIS and four digits or VALKEY and three, above 0");
        }
        in.position += BYTES;
        return header;
    }

    boolean hasChecksum() {
        return version >= FIRST_VERSION_WITH_CHECKSUM;
    }
}
