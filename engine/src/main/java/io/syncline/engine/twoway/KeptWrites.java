package io.syncline.engine.twoway;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of a primary's stream has to be kept while the first copy writes to it: all that users do,
/// and of the copy only what may come over that.
///
/// Not for several threads.
public final class KeptWrites {
    private final Set<KeyId> keys = new HashSet<>();

    /// Slots of which nothing has come from another primary, where users may have written the same
    /// keys; null where there is none.
    private final @Nullable BitSet resident;

    private boolean flushed;

    /// @param slots that the primary owned where its stream begins; null where the site has no
    ///   other
    public KeptWrites(@Nullable BitSet slots) {
        resident = slots == null ? null : (BitSet) slots.clone();
    }

    /// Takes the stream's next unit.
    ///
    /// @return what is to be kept of it; null for nothing
    public @Nullable StreamUnit take(StreamUnit unit) {
        JobMark job = unit.job();
        if (job != null) {
            if (resident != null) {
                resident.andNot(job.slots());
            }
            return unit;
        }
        if (unit.kind() == StreamUnit.Kind.LOCAL) {
            local(unit);
            return unit;
        }
        if (unit.touches(keys)) {
            return unit;
        }
        boolean matters = flushed || (resident != null && !unit.isWithin(resident));
        return matters && !unit.commands().isEmpty() ? unit.keysOnly() : null;
    }

    /// Whether users have written this key.
    public boolean holds(KeyId key) {
        return keys.contains(key);
    }

    private void local(StreamUnit unit) {
        unit.addKeys(keys);
        for (PairCommand command : unit.commands()) {
            // It is about keys that nobody names.
            flushed |= command.flush != null;
            if (command.imports && resident != null) {
                resident.clear(command.effects[0].key().slot());
            }
        }
    }
}
