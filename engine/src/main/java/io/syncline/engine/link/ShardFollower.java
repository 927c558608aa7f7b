package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.handover.GateSettings;
import io.syncline.engine.handover.JobTimes;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.target.TargetWriter;
import java.time.Duration;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What a pipeline needs to follow its shard of a cluster source while slots move.
final class ShardFollower {
    private final SlotLedger ledger;
    private final int pipeline;
    private final ShardIdentity identity;
    private final @Nullable JobTimes jobs;
    private final NodeFinder finder;
    private final ShardSlots present;

    /// @param hasJobs whether the source can move slots by a job of its own
    ShardFollower(
            SlotLedger ledger,
            int pipeline,
            ShardIdentity identity,
            boolean hasJobs,
            Instance source,
            Duration retry) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.identity = identity;
        this.jobs = hasJobs ? new JobTimes() : null;
        this.finder = source.shardFinder(identity);
        this.present =
                new ShardSlots(finder, source.connector(), retry, source.endpoint().toString());
    }

    ShardIdentity identity() {
        return identity;
    }

    NodeFinder finder() {
        return finder;
    }

    /// The slots of the shard now.
    BitSet present() {
        return present.get();
    }

    TopologyWatch watch(Heartbeat heartbeat, Consumer<ClusterNodes> seen) {
        return new TopologyWatch(ledger, pipeline, identity, jobs, heartbeat, seen);
    }

    void join(Runnable nudge, Runnable wake) {
        ledger.join(pipeline, nudge, wake);
    }

    SlotGate gate(
            TargetWriter writer,
            BitSet owned,
            IntPredicate removable,
            SlotGate.Patience patience,
            Runnable warning) {
        return new SlotGate(
                new GateSettings(
                        ledger, pipeline, writer, owned, jobs, removable, patience, warning));
    }

    /// The shard is no more.
    void dissolved() {
        ledger.dissolved(pipeline);
    }

    void stop() {
        present.stop();
    }
}
