package io.syncline.testkit;

import java.nio.charset.StandardCharsets;

/// One key that is not the same on both sides.
///
/// @param database the left side's number for it
/// @param key one character per byte (ISO 8859-1), so that ASCII keys read as they are
/// @param left what the left side holds, in short
/// @param right what the right side holds, in short
public record Difference(int database, String key, Kind kind, String left, String right) {

    /// In what way.
    public enum Kind {
        MISSING_LEFT,
        MISSING_RIGHT,
        TYPE,
        VALUE,
        /// Of the key, or of a field of a hash.
        EXPIRY
    }

    public byte[] keyBytes() {
        return key.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return kind + " db" + database + " " + Show.bytes(keyBytes()) + ": " + left + " | " + right;
    }
}
