package io.syncline.engine.scan;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.source.FeedWriter;
import java.io.IOException;

/// Writes changes as states: a key's whole value, or that it is gone.
final class StateWriter {
    /// What is kept between values; a huge value's array is given back.
    private static final int KEPT_BYTES = 1 << 20;

    private final FeedWriter out;
    private final ByteBuilder bytes = new ByteBuilder(4 << 10);
    private int database;

    StateWriter(FeedWriter out) {
        this.out = out;
    }

    void value(ScannedKey key, long expireAtMillis, byte[] payload) throws IOException {
        begin(key);
        RespWriter.array(bytes, expireAtMillis >= 0 ? 6 : 5);
        RespWriter.bulk(bytes, "RESTORE");
        RespWriter.bulk(bytes, key.name());
        RespWriter.bulk(bytes, Math.max(0, expireAtMillis));
        RespWriter.bulk(bytes, payload);
        RespWriter.bulk(bytes, "REPLACE");
        if (expireAtMillis >= 0) {
            RespWriter.bulk(bytes, "ABSTTL");
        }
        out.write(bytes);
    }

    void gone(ScannedKey key) throws IOException {
        begin(key);
        RespWriter.array(bytes, 2);
        RespWriter.bulk(bytes, "DEL");
        RespWriter.bulk(bytes, key.name());
        out.write(bytes);
    }

    private void begin(ScannedKey key) {
        bytes.clearAndTrim(KEPT_BYTES);
        if (key.database() != database) {
            database = key.database();
            RespWriter.command(bytes, "SELECT", Integer.toString(database));
        }
    }
}
