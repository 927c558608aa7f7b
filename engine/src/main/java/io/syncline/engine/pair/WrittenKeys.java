package io.syncline.engine.pair;

import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.StreamUnit;
import io.syncline.engine.verify.KeySample;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands what users write at either side to a sample of keys, to be verified while the pair goes
/// on. Owner thread only.
final class WrittenKeys {
    private final @Nullable KeySample sample;
    private final Consumer<KeyId> taking;

    /// @param sample null: nobody wants to know
    WrittenKeys(@Nullable KeySample sample) {
        this.sample = sample;
        taking =
                key -> {
                    if (sample != null) {
                        sample.wrote(key.database(), key.name(), 0, key.name().length);
                    }
                };
    }

    /// A unit was read.
    void read(StreamUnit unit) {
        if (sample != null && unit.kind() == StreamUnit.Kind.LOCAL) {
            unit.eachWritten(taking);
        }
    }
}
