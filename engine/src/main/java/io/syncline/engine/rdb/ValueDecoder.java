package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;

/// Decodes a value of any type for a [ValueVisitor].
final class ValueDecoder {
    private final int maxElementBytes;
    private final ByteSlice first = new ByteSlice();

    ValueDecoder(int maxElementBytes) {
        this.maxElementBytes = maxElementBytes;
    }

    void decode(RdbInput in, RdbType type, ValueVisitor visitor) throws IOException {
        if (type != RdbType.STRING || maxElementBytes < 0) {
            throw new UnsupportedValueException("a value of type " + type + " cannot be told");
        }
        RdbStrings.read(in, first);
        visitor.string(first);
    }
}
