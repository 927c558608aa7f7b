package io.syncline.engine.verify;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.RespWriter;

/// A command about one key, with all but the key in RESP already: most of what a comparison sends
/// are a few commands again and again.
final class Question {
    /// Of a key's length, beside its digits.
    private static final int MARKS_BYTES = 32;

    private final byte[] head;
    private final byte[] tail;

    /// @param words of the command, whose second is any key
    Question(byte[]... words) {
        ByteBuilder before = new ByteBuilder(64);
        RespWriter.array(before, words.length);
        RespWriter.bulk(before, words[0]);
        head = before.toBytes();
        ByteBuilder after = new ByteBuilder(64);
        for (int i = 2; i < words.length; i++) {
            RespWriter.bulk(after, words[i]);
        }
        tail = after.toBytes();
    }

    void write(ByteBuilder out, byte[] key) {
        out.ensure(head.length + key.length + tail.length + MARKS_BYTES);
        out.put(head);
        RespWriter.bulk(out, key);
        out.put(tail);
    }
}
