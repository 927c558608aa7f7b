package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.handover.JobTimes;
import io.syncline.engine.handover.Sighting;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks one shard of a cluster source which slots it owns, and at which place of its stream that is
/// so. Belongs to the shard's monitor.
final class TopologyWatch {
    /// A slot's commands are held back for about so long when it moves; a node answers from memory.
    private static final long EVERY_NANOS = 100_000_000;

    /// While a command waits for the answer. Each answer settles everything received so far.
    private static final long URGENT_NANOS = 10_000_000;

    /// A job that ended earlier has nothing to do with a slot that is lost now; one that no process
    /// of the task has followed has, whenever it ended.
    private static final long JOB_SECONDS = 120;

    /// Of slots at once of which is asked whether keys are left.
    private static final int DOUBTFUL_SLOTS = 1_024;

    private final SlotLedger ledger;
    private final int pipeline;
    private final ShardIdentity identity;
    private final @Nullable JobTimes jobs;
    private final Heartbeat heartbeat;
    private final Consumer<ClusterNodes> seen;
    private long askedNanos = System.nanoTime() - EVERY_NANOS;

    /// @param jobs of a source that can move slots by jobs of its own; null for others
    /// @param seen hears of the whole cluster
    TopologyWatch(
            SlotLedger ledger,
            int pipeline,
            ShardIdentity identity,
            @Nullable JobTimes jobs,
            Heartbeat heartbeat,
            Consumer<ClusterNodes> seen) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.identity = identity;
        this.jobs = jobs;
        this.heartbeat = heartbeat;
        this.seen = seen;
    }

    boolean isDue(long now) {
        return now - askedNanos >= (ledger.isUrgent(pipeline) ? URGENT_NANOS : EVERY_NANOS);
    }

    boolean isUrgent() {
        return ledger.isUrgent(pipeline);
    }

    /// Asks the shard's primary, in one write, so that little can happen in between.
    ///
    /// @param clockSkewMillis how far its clock is ahead of ours
    void ask(Connection open, long clockSkewMillis) throws IOException {
        askedNanos = System.nanoTime();
        ByteBuilder question = new ByteBuilder(256);
        RespWriter.command(question, "INFO", "replication");
        if (jobs != null) {
            // Before the slots: of a job that is told to have ended, the slots are told to be gone.
            RespWriter.command(question, "CLUSTER", "GETSLOTMIGRATIONS");
        }
        RespWriter.command(question, "CLUSTER", "NODES");
        BitSet doubtful = ledger.doubtful(pipeline, DOUBTFUL_SLOTS);
        doubtful.stream()
                .forEach(slot ->
                        RespWriter.command(
                                question, "CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)));
        RespWriter.command(question, "INFO", "replication");
        open.send(question);
        List<Reply> replies = new ArrayList<>();
        int fixed = jobs == null ? 3 : 4;
        for (int i = fixed + doubtful.cardinality(); i > 0; i--) {
            replies.add(open.replies().read());
        }
        ClusterNodes nodes = ClusterNodes.of(replies.get(fixed - 2), open.address());
        ClusterNodes.Node myself = nodes.myself();
        if (myself == null || !myself.primary()) {
            throw new IOException("[" + open.address() + "] the node is no primary any more");
        }
        long before = ServerInfo.of(replies.getFirst(), open.address()).replicationOffset();
        long after = ServerInfo.of(replies.getLast(), open.address()).replicationOffset();
        BitSet moved = new BitSet();
        long last = 0;
        if (jobs != null) {
            List<MoveJob> all = MoveJob.of(replies.get(1));
            long now = (System.currentTimeMillis() + clockSkewMillis) / 1000;
            MoveJob.concerning(all, Math.min(jobs.followed(), now - JOB_SECONDS))
                    .forEach(job -> moved.or(job.slots()));
            last = MoveJob.lastEnd(all);
        }
        identity.update(nodes);
        BitSet slots = myself.slots();
        heartbeat.keepIn(slots);
        BitSet empty = empty(doubtful, replies.subList(fixed - 1, replies.size() - 1));
        ledger.observed(
                pipeline, new Sighting(before, slots, myself.importing(), moved, empty, after));
        if (jobs != null) {
            // Noted as followed only together with what it took away.
            jobs.seen(last);
        }
        seen.accept(nodes);
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
}
