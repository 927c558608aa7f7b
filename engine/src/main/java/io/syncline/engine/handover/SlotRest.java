package io.syncline.engine.handover;

import io.syncline.engine.target.SlotBook;
import java.util.BitSet;
import java.util.function.Supplier;

/// Tells whether slots of a cluster source moved between two runs of a pipeline.
public final class SlotRest {
    private SlotRest() {}

    /// Whether, by what the target knows, no slot was on its way when the pipeline stopped, and
    /// none has come or gone since.
    ///
    /// @param present asks for the slots of the shard now
    public static boolean isSince(SlotBook book, Supplier<BitSet> present) {
        byte[] text = book.read();
        SlotState state = text == null ? null : SlotState.decode(text);
        return state == null
                || (state.parked().isEmpty()
                        && state.importing().isEmpty()
                        && state.owned().equals(present.get()));
    }
}
