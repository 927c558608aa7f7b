package io.syncline.engine.etl;

import io.syncline.engine.bytes.ByteBuilder;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// One rule.
///
/// @param text as it is written, with single blanks
/// @param action what becomes of keys that fit
/// @param pattern which keys fit
/// @param renaming of RENAME; null for others
/// @param databases of the source that it counts for; empty: all
record KeyRule(
        String text,
        Action action,
        KeyPattern pattern,
        @Nullable Renaming renaming,
        BitSet databases) {
    /// What becomes of a key.
    enum Action {
        DROP,
        KEEP,
        RENAME
    }

    /// @param database negative for one that is not carried over
    boolean countsFor(int database) {
        return databases.isEmpty() || (database >= 0 && databases.get(database));
    }

    /// Whether a key fits; the new name of one to be renamed is appended.
    boolean takes(byte[] buffer, int offset, int length, ByteBuilder name) {
        return renaming == null
                ? pattern.fits(buffer, offset, length)
                : renaming.rename(buffer, offset, length, name);
    }
}
