package io.syncline.engine.target;

import java.io.IOException;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What a target keeps of a cluster source's slots for one pipeline, beside its checkpoint. Belongs
/// to the applier.
public interface SlotBook {
    /// Writes a note: together with everything appended so far, or behind it.
    void write(byte[] note, Place behind) throws RewindException;

    /// The last note; null for none.
    byte @Nullable [] read();

    /// Before streaming begins: these slots may be further than the checkpoint, too.
    void expect(BitSet slots);

    /// Whether a slot's command is known to be in the target although the checkpoint is before it.
    ///
    /// @param slot of the source
    /// @param offset behind the command
    /// @throws RewindException when that cannot be known any more, and a copy has to be made anew
    boolean isApplied(int slot, long offset) throws RewindException;

    /// Deletes all that the target has of some slots, when everything before is there: may be
    /// repeated.
    ///
    /// @param databases which of the target's
    void clear(IntPredicate databases, IntPredicate slots) throws IOException;
}
