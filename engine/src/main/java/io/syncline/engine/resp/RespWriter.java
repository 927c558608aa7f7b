package io.syncline.engine.resp;

import io.syncline.engine.bytes.ByteBuilder;
import java.nio.charset.StandardCharsets;

/// Writes commands as arrays of bulk strings (RESP 2), the one form that every server version
/// reads.
public final class RespWriter {
    private RespWriter() {}

    /// Starts a command of `count` arguments, its name included.
    public static void array(ByteBuilder out, int count) {
        out.put((byte) '*').putDecimal(count).putLineEnd();
    }

    public static void bulk(ByteBuilder out, byte[] value) {
        bulk(out, value, 0, value.length);
    }

    public static void bulk(ByteBuilder out, byte[] value, int offset, int length) {
        out.ensure(length + 16);
        out.put((byte) '$').putDecimal(length).putLineEnd();
        out.put(value, offset, length).putLineEnd();
    }

    public static void bulk(ByteBuilder out, String value) {
        bulk(out, value.getBytes(StandardCharsets.UTF_8));
    }

    /// A number as its decimal text.
    public static void bulk(ByteBuilder out, long value) {
        if (value == Long.MIN_VALUE) {
            // The one number whose negative does not exist.
            bulk(out, Long.toString(value));
            return;
        }
        int digits = ByteBuilder.digits(Math.abs(value)) + (value < 0 ? 1 : 0);
        out.put((byte) '$').putDecimal(digits).putLineEnd();
        out.putDecimal(value).putLineEnd();
    }

    /// A whole command of text arguments: for set-up, not for the hot path.
    public static void command(ByteBuilder out, String... arguments) {
        array(out, arguments.length);
        for (String argument : arguments) {
            bulk(out, argument);
        }
    }
}
