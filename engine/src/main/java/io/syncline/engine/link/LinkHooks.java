package io.syncline.engine.link;

import io.syncline.engine.verify.KeySample;
import java.io.IOException;
import java.util.BitSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the owner of a link has a hand in while it runs.
///
/// @param sample where some of the keys that are written are remembered; null for nowhere
/// @param skips whether a refused command is left out although the options say stop; asked behind
///   its event, by a pipeline's own thread
/// @param copyAgain why everything is copied once more although the target has a position; empty:
///   it is not. Keys that the source no longer has are removed as after a gap
/// @param permit says when snapshots of a cluster's shards may be applied; null: at once. With it
///   the link does not follow slots that move: its owner does
/// @param strays hears of keys that only the target has; null: they are removed or told, as after a
///   gap
public record LinkHooks(
        @Nullable KeySample sample,
        Predicate<LinkEvent.Refused> skips,
        String copyAgain,
        @Nullable SnapshotPermit permit,
        @Nullable Strays strays) {
    /// No hand in anything.
    public static final LinkHooks NONE = new LinkHooks(null, refused -> false);

    /// Goes on from the position that the target has.
    public LinkHooks(@Nullable KeySample sample, Predicate<LinkEvent.Refused> skips) {
        this(sample, skips, "");
    }

    /// The link itself follows slots that move.
    public LinkHooks(
            @Nullable KeySample sample, Predicate<LinkEvent.Refused> skips, String copyAgain) {
        this(sample, skips, copyAgain, null, null);
    }

    /// The same with another ear for strays.
    public LinkHooks with(Strays ear) {
        return new LinkHooks(sample, skips, copyAgain, permit, ear);
    }

    /// What becomes of keys that are at the target, but not in a snapshot, once that is applied.
    public interface Strays {
        /// Whether they are looked for behind the first snapshot, too: it cost a scan of the
        /// target.
        boolean fromTheFirst();

        /// Hears of a snapshot before it is applied, by a pipeline's own thread.
        ///
        /// @param stream of the source, in which it was taken at `offset`
        void begun(String stream, long offset) throws IOException;

        /// Hears of one, by a pipeline's own thread.
        ///
        /// @param database of the target
        void found(int database, byte[] key);
    }

    /// Decides when a snapshot may be applied.
    @FunctionalInterface
    public interface SnapshotPermit {
        /// Asked by a pipeline's own thread, again and again until it says so, and anew for each
        /// snapshot.
        ///
        /// @param snapshot what would be applied
        boolean isGiven(Snapshot snapshot);
    }

    /// A snapshot that was begun.
    ///
    /// @param shard number of the pipeline
    /// @param nodes of the shard
    /// @param slots whose keys are taken from it
    /// @param offset where it stands in the stream
    public record Snapshot(int shard, Set<String> nodes, BitSet slots, long offset) {
        public Snapshot {
            nodes = Set.copyOf(nodes);
            slots = (BitSet) slots.clone();
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }
    }
}
