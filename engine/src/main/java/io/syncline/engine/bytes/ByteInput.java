package io.syncline.engine.bytes;

import java.io.IOException;

/// A blocking source of bytes: a socket, a spool, a file.
@FunctionalInterface
public interface ByteInput {
    /// Reads at least one byte, blocking until there is one.
    ///
    /// @return how many bytes were read, or -1 at the end
    int read(byte[] buffer, int offset, int length) throws IOException;
}
