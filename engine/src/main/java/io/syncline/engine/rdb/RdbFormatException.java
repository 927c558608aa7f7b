package io.syncline.engine.rdb;

import java.io.IOException;

/// Bytes that are no RDB or no DUMP payload, or that go beyond a limit. The message says the byte
/// position, what was being read, the value found, and the rule it breaks.
public final class RdbFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long position;

    RdbFormatException(long position, String place, String what, String found, String rule) {
        super(place + " " + position + ": " + what + " is " + found + "; " + rule);
        this.position = position;
    }

    /// How many bytes stood before the place of the error, counted from the magic or from the
    /// payload's first byte.
    public long position() {
        return position;
    }
}
