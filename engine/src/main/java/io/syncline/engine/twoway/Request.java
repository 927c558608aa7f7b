package io.syncline.engine.twoway;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a pair asks of a site. Requests to one site are carried in their order, over one
/// connection.
public sealed interface Request {
    /// WATCH the epoch and these keys; the next [Transaction] is void if any is written.
    record Watch(Collection<KeyId> keys, boolean epoch) implements Request {}

    /// The site's offset, read behind the WATCH: answered by [Pair#fenced].
    record AskOffset() implements Request {}

    record Unwatch() implements Request {}

    /// Offset first, then the records of these keys, at one moment: answered by [Pair#snapshot].
    record AskRecords(List<KeyId> keys, long token) implements Request {}

    /// One MULTI ... EXEC: answered by [Pair#executed].
    ///
    /// @param flush empties databases before anything else
    /// @param commands in their order
    /// @param transfers whole keys, each written in the place of what is there
    /// @param setEpoch whether the epoch is to be written again, behind a flush
    record Transaction(
            @Nullable FlushScope flush,
            List<PairCommand> commands,
            List<KeyRecord> transfers,
            Marker marker,
            boolean setEpoch)
            implements Request {
        /// How many commands of users it carries.
        public int commandCount() {
            int count = 0;
            for (PairCommand command : commands) {
                count += command.count;
            }
            return count;
        }

        /// What commands like COPY made of keys that were found to be gone when the transaction
        /// deleted them. Their time had come before, unseen: in the echo that deletion looks like
        /// the one on purpose.
        public Set<KeyId> madeOf(Set<KeyId> gone) {
            Set<KeyId> made = new HashSet<>();
            for (PairCommand command : gone.isEmpty() ? List.<PairCommand>of() : commands) {
                if (command.isMultiKey() && command.concerns(gone)) {
                    for (Effect effect : command.effects) {
                        if (effect.writes() && !gone.contains(effect.key())) {
                            made.add(effect.key());
                        }
                    }
                }
            }
            return made;
        }
    }
}
