package io.syncline.engine.etl;

import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Slots;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Tells of a key at the target in which slot of a cluster source it is at home: a new name has
/// another slot. For any thread.
public final class KeyHomes {
    private final KeyRules rules;
    private final DatabaseMap databases;

    public KeyHomes(KeyRules rules, DatabaseMap databases) {
        this.rules = rules;
        this.databases = databases;
    }

    /// Whether a key may be in another slot than at the source.
    public boolean moveKeys() {
        return rules.renames();
    }

    /// The slots of a cluster target that keys of some slots of the source may be in.
    ///
    /// @param slots of the source
    /// @return the same object while keys keep their names
    public BitSet targetSlots(BitSet slots) {
        if (!rules.renames()) {
            return slots;
        }
        BitSet all = new BitSet(Slots.COUNT);
        all.set(0, Slots.COUNT);
        return all;
    }

    /// Whether a key came from one of these slots. One that the rules make of no key counts by its
    /// own name; one that may come from several only when all of them do.
    ///
    /// @param database of the target
    /// @param slots of the source
    public boolean isAtHome(int database, byte[] key, IntPredicate slots) {
        if (!rules.renames()) {
            return slots.test(Slots.of(key));
        }
        Ruling ruling = rules.in(databases.source(database));
        @Nullable List<byte[]> origins = ruling.origins(key);
        if (origins == null) {
            return false;
        }
        return origins.isEmpty()
                ? slots.test(Slots.of(key))
                : origins.stream().allMatch(origin -> slots.test(Slots.of(origin)));
    }
}
