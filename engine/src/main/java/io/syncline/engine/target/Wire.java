package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.RespWriter;

/// Commands that never change, as they go over the wire.
final class Wire {
    private Wire() {}

    static byte[] command(String... arguments) {
        ByteBuilder text = new ByteBuilder(32);
        RespWriter.command(text, arguments);
        return text.toBytes();
    }
}
