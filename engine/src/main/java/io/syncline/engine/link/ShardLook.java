package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.handover.Sighting;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// What the primary of one shard of a cluster source says about slots, and between which places of
/// its stream.
///
/// @param jobs of the server; none where there is no such thing
/// @param empty of the slots asked about, those without keys
record ShardLook(
        long before,
        ClusterNodes nodes,
        ClusterNodes.Node myself,
        List<MoveJob> jobs,
        BitSet empty,
        long after) {
    /// A job that ended earlier has nothing to do with a slot that is lost now; one that no process
    /// of the task has followed has, whenever it ended.
    private static final long JOB_SECONDS = 120;

    /// Asks in one write, so that little can happen in between.
    ///
    /// @param hasJobs whether the server can move slots by jobs of its own
    /// @param doubtful slots of which is asked whether they have keys
    static ShardLook at(Connection open, boolean hasJobs, BitSet doubtful) throws IOException {
        ByteBuilder question = new ByteBuilder(256);
        RespWriter.command(question, "INFO", "replication");
        if (hasJobs) {
            // Before the slots: of a job that is told to have ended, the slots are told to be gone.
            RespWriter.command(question, "CLUSTER", "GETSLOTMIGRATIONS");
        }
        RespWriter.command(question, "CLUSTER", "NODES");
        doubtful.stream()
                .forEach(slot ->
                        RespWriter.command(
                                question, "CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)));
        RespWriter.command(question, "INFO", "replication");
        open.send(question);
        List<Reply> replies = new ArrayList<>();
        int fixed = hasJobs ? 4 : 3;
        for (int i = fixed + doubtful.cardinality(); i > 0; i--) {
            replies.add(open.replies().read());
        }
        ClusterNodes nodes = ClusterNodes.of(replies.get(fixed - 2), open.address());
        ClusterNodes.Node myself = nodes.myself();
        if (myself == null || !myself.primary()) {
            throw new IOException("[" + open.address() + "] the node is no primary any more");
        }
        return new ShardLook(
                ServerInfo.of(replies.getFirst(), open.address()).replicationOffset(),
                nodes,
                myself,
                hasJobs ? MoveJob.of(replies.get(1)) : List.of(),
                empty(doubtful, replies.subList(fixed - 1, replies.size() - 1)),
                ServerInfo.of(replies.getLast(), open.address()).replicationOffset());
    }

    /// Where the account may not count keys, none are believed to be there: only an import that was
    /// forgotten midway leaves some.
    private static BitSet empty(BitSet slots, List<Reply> counts) {
        BitSet empty = new BitSet();
        int at = 0;
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            Reply count = counts.get(at++);
            empty.set(slot, !(count instanceof Reply.Whole whole) || whole.value() == 0);
        }
        return empty;
    }

    /// The same for the ledger.
    ///
    /// @param followed when the last job had ended that an earlier process followed
    /// @param clockSkewMillis how far the node's clock is ahead of ours
    Sighting sighting(long followed, long clockSkewMillis) {
        long now = (System.currentTimeMillis() + clockSkewMillis) / 1000;
        BitSet moved = new BitSet();
        MoveJob.concerning(jobs, Math.min(followed, now - JOB_SECONDS))
                .forEach(job -> moved.or(job.slots()));
        return new Sighting(before, myself.slots(), myself.importing(), moved, empty, after);
    }
}
