package io.syncline.engine.pair;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.twoway.PairStatus;
import org.jspecify.annotations.Nullable;

/// What is known of one stream of a pair, as it is shown.
///
/// @param index of the shard that it is shown as
/// @param status of its direction; null before the first
/// @param copy the numbers of the first copy of this shard; null for none
/// @param copying whether that runs
/// @param siteOffset where the site itself said to stand; less than 0 when it did not
record ShardNumbers(
        int index,
        SiteStream stream,
        @Nullable PairStatus status,
        LinkStatus.@Nullable Shard copy,
        boolean copying,
        long siteOffset) {
    private static final long UNKNOWN = -1;

    /// @param commands written to the other site
    /// @param bytes likewise
    /// @param refused there
    LinkStatus.Shard shown(long commands, long bytes, long refused) {
        long applied = status == null ? UNKNOWN : status.acknowledged();
        long received = stream.receivedOffset();
        long site = Math.max(received, siteOffset);
        return new LinkStatus.Shard(
                index,
                stream.place(),
                phase(),
                stream.streamId(),
                copy == null ? 0 : copy.snapshotBytesRead(),
                copy == null ? 0 : copy.snapshotBytesTotal(),
                copy == null ? 0 : copy.snapshotKeys(),
                copy == null ? 0 : copy.snapshotKeysTotal(),
                received,
                applied,
                site,
                applied < 0 || site < 0 ? UNKNOWN : Math.max(0, site - applied),
                lagMillis(),
                commands,
                bytes,
                refused,
                stream.spoolMemoryBytes(),
                stream.spoolDiskBytes(),
                copy == null ? 0 : copy.snapshots(),
                0,
                0,
                0);
    }

    private Phase phase() {
        if (copying && copy != null) {
            return copy.phase() == Phase.ENDED ? Phase.SNAPSHOT : copy.phase();
        }
        return status == null ? Phase.STARTING : Phase.STREAMING;
    }

    private long lagMillis() {
        if (status == null) {
            return UNKNOWN;
        }
        return status.oldestMillis() == PairStatus.NOTHING_WAITS
                ? 0
                : Math.max(0, System.currentTimeMillis() - status.oldestMillis());
    }
}
