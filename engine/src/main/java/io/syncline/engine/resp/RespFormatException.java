package io.syncline.engine.resp;

import java.io.Serial;

/// Bytes that are not RESP, or that exceed a named limit.
///
/// The message says what was read, the offending value and the rule; `position` is where, counted
/// from the first byte of the command or reply, so that a caller who knows the stream offset of
/// that byte can name the exact place.
public final class RespFormatException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private final int position;

    RespFormatException(int position, String what, String value, String rule) {
        super("[byte " + position + "] " + what + " is " + value + " but must be " + rule);
        this.position = position;
    }

    /// Bytes from the start of the command or reply to the offending byte.
    public int position() {
        return position;
    }

    /// The form of a byte in a message: itself when it can be printed, else hexadecimal.
    static String show(byte value) {
        if (value > ' ' && value < 0x7f) {
            return "'" + (char) value + "'";
        }
        return String.format("0x%02x", value & 0xff);
    }
}
