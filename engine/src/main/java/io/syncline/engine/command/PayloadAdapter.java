package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;

/// Adapts the serialized value of a `RESTORE` to the target: its version stamp and checksum, or a
/// checksum that a slot migration left out. The snapshot codec, which comes after this package,
/// provides it.
@FunctionalInterface
public interface PayloadAdapter {
    /// Appends the adapted value to `out`.
    ///
    /// @return false when the value can stay as it is; then nothing was appended
    boolean adapt(byte[] buffer, int offset, int length, ByteBuilder out);
}
