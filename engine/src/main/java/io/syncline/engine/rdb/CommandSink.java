package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import java.io.IOException;

/// Takes commands as they are made.
@FunctionalInterface
public interface CommandSink {
    /// One whole command in RESP. The buffer is reused once this returns.
    void accept(ByteBuilder command) throws IOException;
}
