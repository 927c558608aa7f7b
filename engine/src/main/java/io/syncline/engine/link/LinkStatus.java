package io.syncline.engine.link;

import java.util.List;

/// The link at one moment. Counters only grow within one run of the link.
///
/// @param shards one entry a pipeline, in slot order
/// @param retrying what is being retried now, or empty
/// @param conflicts of a two-way task; -1 for a one-way task
/// @param forward how many shards of a two-way task, from index 0, are the source's; those behind
///   are the target's
public record LinkStatus(List<Shard> shards, String retrying, long conflicts, int forward) {
    private static final long ONE_WAY = -1;

    public LinkStatus {
        shards = List.copyOf(shards);
    }

    /// The status of a two-way task with one shard in each direction.
    public LinkStatus(List<Shard> shards, String retrying, long conflicts) {
        this(shards, retrying, conflicts, 1);
    }

    /// The status of a one-way task.
    public LinkStatus(List<Shard> shards, String retrying) {
        this(shards, retrying, ONE_WAY);
    }

    public boolean isTwoWay() {
        return conflicts >= 0;
    }

    /// One pipeline at one moment. Unknown numbers are -1.
    ///
    /// @param index stable number of the pipeline within the task
    /// @param source address of the node read from
    /// @param replicationId id of the stream being read; empty before it is known
    /// @param snapshotBytesRead bytes of the snapshot taken from the spool
    /// @param snapshotBytesTotal its size; -1 when the source streams it (diskless)
    /// @param snapshotKeys keys written
    /// @param snapshotKeysTotal keys the source announced
    /// @param receivedOffset last stream byte received
    /// @param appliedOffset last stream byte that is durable in the target
    /// @param sourceOffset the source's own offset, as last asked or received
    /// @param lagBytes source offset minus applied offset
    /// @param lagMillis age of what the target holds, by the heartbeat
    /// @param commands commands applied in streaming
    /// @param bytes stream bytes applied
    /// @param refused commands refused for good
    /// @param spoolMemoryBytes waiting in memory
    /// @param spoolDiskBytes waiting on disk
    /// @param snapshots snapshots begun in this run
    /// @param resumes partial resynchronizations in this run
    /// @param dropped keys of snapshots, and commands, that the user's rules left out
    /// @param changed likewise, that were written under another name or without some of their keys
    public record Shard(
            int index,
            String source,
            Phase phase,
            String replicationId,
            long snapshotBytesRead,
            long snapshotBytesTotal,
            long snapshotKeys,
            long snapshotKeysTotal,
            long receivedOffset,
            long appliedOffset,
            long sourceOffset,
            long lagBytes,
            long lagMillis,
            long commands,
            long bytes,
            long refused,
            long spoolMemoryBytes,
            long spoolDiskBytes,
            int snapshots,
            int resumes,
            long dropped,
            long changed) {}
}
