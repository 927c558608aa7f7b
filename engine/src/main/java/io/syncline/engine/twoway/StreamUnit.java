package io.syncline.engine.twoway;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a site did at once: one command, or one MULTI ... EXEC.
///
/// @param kind whose it is
/// @param offset of its last byte in the site's stream
/// @param database that is selected in the stream behind it, by the site's own number
/// @param millis when it was written, as well as is known
/// @param commands its writes, in their order
/// @param marker what a unit of the pair carries
/// @param size bytes in the stream
/// @param slot of the marker; [#NO_SLOT] where there is none, or where it names no slot
/// @param job what it tells of a job that moves slots; null for nothing
public record StreamUnit(
        Kind kind,
        long offset,
        int database,
        long millis,
        List<PairCommand> commands,
        @Nullable Marker marker,
        int size,
        int slot,
        @Nullable JobMark job) {
    public static final int NO_SLOT = -1;

    /// What a command of one key takes in memory beside its name, about.
    private static final int BYTES_OF_A_KEY = 150;

    /// Of a site with one marker.
    StreamUnit(
            Kind kind,
            long offset,
            int database,
            long millis,
            List<PairCommand> commands,
            @Nullable Marker marker,
            int size) {
        this(kind, offset, database, millis, commands, marker, size, NO_SLOT, null);
    }

    /// Whose write it is.
    public enum Kind {
        /// A user's.
        LOCAL,
        /// The pair's own transaction, with the marker of the link that writes to this site.
        PAIR,
        /// The pair's first copy: whatever was here before it is no longer.
        SNAPSHOT,
        /// Nobody's: no data was changed.
        CONTROL
    }

    /// The same with other commands.
    StreamUnit with(List<PairCommand> others) {
        return new StreamUnit(kind, offset, database, millis, others, marker, size, slot, job);
    }

    /// The same at another place.
    StreamUnit at(long place) {
        return new StreamUnit(kind, place, database, millis, commands, marker, size, slot, job);
    }

    /// The same without what is sent of it, where only its keys matter.
    StreamUnit keysOnly() {
        int bytes = 0;
        for (PairCommand command : commands) {
            command.release();
            for (Effect effect : command.effects) {
                bytes += BYTES_OF_A_KEY + effect.key().name().length;
            }
        }
        return new StreamUnit(kind, offset, database, millis, commands, marker, bytes, slot, job);
    }

    /// Whether all its keys are in these slots.
    boolean isWithin(BitSet slots) {
        for (PairCommand command : commands) {
            for (Effect effect : command.effects) {
                if (effect.key().database() >= 0 && !slots.get(effect.key().slot())) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Adds the keys that it writes.
    public void addKeys(Set<KeyId> into) {
        for (PairCommand command : commands) {
            for (Effect effect : command.effects) {
                into.add(effect.key());
            }
        }
    }

    /// Tells each key that it writes, once for each write.
    public void eachWritten(Consumer<KeyId> to) {
        for (PairCommand command : commands) {
            for (Effect effect : command.effects) {
                if (effect.writes()) {
                    to.accept(effect.key());
                }
            }
        }
    }

    /// Whether it writes one of these keys.
    public boolean touches(Set<KeyId> keys) {
        for (PairCommand command : commands) {
            for (Effect effect : command.effects) {
                if (keys.contains(effect.key())) {
                    return true;
                }
            }
        }
        return false;
    }
}
