package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.file.FileInspection;
import java.util.BitSet;

/// One shard of a source, and how it is read.
sealed interface Origin {
    /// Shown while nothing else is known.
    String place();

    /// The slots of its keys.
    BitSet slots();

    /// A primary, read as its replica.
    record Replicated(Instance.Shard shard) implements Origin {
        @Override
        public String place() {
            return shard.primary().toString();
        }

        @Override
        public BitSet slots() {
            return shard.slots();
        }
    }

    /// A primary, read by asking for its keys.
    record Scanned(Instance.Shard shard) implements Origin {
        @Override
        public String place() {
            return shard.primary().toString();
        }

        @Override
        public BitSet slots() {
            return shard.slots();
        }
    }

    /// Files of a server.
    record OfFile(FileInspection inspection) implements Origin {
        @Override
        public String place() {
            return inspection.named().toString();
        }

        @Override
        public BitSet slots() {
            BitSet all = new BitSet(ClusterMap.SLOTS);
            all.set(0, ClusterMap.SLOTS);
            return all;
        }
    }
}
