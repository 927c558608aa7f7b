package io.syncline.engine.etl;

import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Slots;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

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

    /// Whether a key is at home in some slots.
    public enum Home {
        HERE,
        ELSEWHERE,
        /// Some keys that may have this name are, others are not.
        UNSURE
    }

    /// Tells whether a key came from one of these slots. One that the rules make of no key counts
    /// by its own name.
    ///
    /// @param database of the target
    /// @param slots of the source
    public Home whether(int database, byte[] key, IntPredicate slots) {
        if (!rules.renames()) {
            return slots.test(Slots.of(key)) ? Home.HERE : Home.ELSEWHERE;
        }
        List<byte[]> origins = rules.in(databases.source(database)).origins(key);
        if (origins == null) {
            return Home.UNSURE;
        }
        if (origins.isEmpty()) {
            origins.add(key);
        }
        long here = origins.stream().filter(origin -> slots.test(Slots.of(origin))).count();
        return here == origins.size() ? Home.HERE : here == 0 ? Home.ELSEWHERE : Home.UNSURE;
    }
}
