package io.syncline.engine.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A key's name: any bytes.
public final class Key {
    private final byte[] bytes;

    private Key(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Key of(byte[] bytes) {
        return new Key(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /// UTF-8 where it is; else bytes that are not printable ASCII as `\xHH`.
    public String text() {
        return Show.text(bytes);
    }

    /// Whether [#text] says which bytes it is.
    public boolean isText() {
        return Arrays.equals(text().getBytes(StandardCharsets.UTF_8), bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return text();
    }
}
