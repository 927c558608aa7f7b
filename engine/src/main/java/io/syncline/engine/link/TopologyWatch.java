package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.handover.JobTimes;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.net.Connection;
import java.io.IOException;
import java.util.BitSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks one shard of a cluster source which slots it owns, and at which place of its stream that is
/// so. Belongs to the shard's monitor.
final class TopologyWatch {
    /// A slot's commands are held back for about so long when it moves; a node answers from memory.
    private static final long EVERY_NANOS = 100_000_000;

    /// While a command waits for the answer, and while a job moves slots: what was deleted before
    /// its copy began must be known for a client's. Each answer settles everything received so far.
    private static final long URGENT_NANOS = 10_000_000;

    /// Of slots at once of which is asked whether keys are left.
    private static final int DOUBTFUL_SLOTS = 1_024;

    private final SlotLedger ledger;
    private final int pipeline;
    private final ShardIdentity identity;
    private final @Nullable JobTimes jobs;
    private final Heartbeat heartbeat;
    private final Consumer<ClusterNodes> seen;
    private boolean moving;
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
        return now - askedNanos >= (isUrgent() ? URGENT_NANOS : EVERY_NANOS);
    }

    boolean isUrgent() {
        return moving || ledger.isUrgent(pipeline);
    }

    /// Asks the shard's primary, in one write, so that little can happen in between.
    ///
    /// @param clockSkewMillis how far its clock is ahead of ours
    void ask(Connection open, long clockSkewMillis) throws IOException {
        askedNanos = System.nanoTime();
        BitSet doubtful = ledger.doubtful(pipeline, DOUBTFUL_SLOTS);
        ShardLook look = ShardLook.at(open, jobs != null, doubtful);
        identity.update(look.nodes());
        heartbeat.keepIn(look.myself().slots());
        long followed = jobs == null ? Long.MAX_VALUE : jobs.followed();
        ledger.observed(pipeline, look.sighting(followed, clockSkewMillis));
        if (jobs != null) {
            // Noted as followed only together with what it took away.
            jobs.seen(MoveJob.lastEnd(look.jobs()));
            moving = MoveJob.anyUnderWay(look.jobs());
        }
        seen.accept(look.nodes());
    }
}
