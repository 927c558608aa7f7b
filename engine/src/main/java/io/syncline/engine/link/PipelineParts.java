package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Dialect;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Merger;
import io.syncline.engine.command.RewriteRules;
import io.syncline.engine.command.Rewriter;
import io.syncline.engine.etl.KeyHomes;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.source.Intake;
import io.syncline.engine.source.Spool;
import io.syncline.engine.target.ClusterWriter;
import io.syncline.engine.target.Generation;
import io.syncline.engine.target.Refusal;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StandaloneWriter;
import io.syncline.engine.target.TargetWriter;
import io.syncline.engine.target.TaskRegistry;
import io.syncline.engine.target.Throttle;
import io.syncline.engine.target.WriterSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Puts one pipeline together and starts its threads: the applier and the monitor. (The intake and
/// the lane start their own.)
final class PipelineParts {
    private final Context context;
    private final int shard;
    private final BitSet owned;
    private final @Nullable ShardFollower follower;
    private final Progress progress;
    private final Workshop shop;
    private final SourceWatch monitor;
    private final DatabaseMap databases;
    private final KeyHomes homes;
    private final TargetWriter writer;
    private final CommandFilter filter;
    private final Intake intake;
    private final AtomicInteger spools = new AtomicInteger();
    private final Thread applier;
    private final Thread observer;
    private volatile @Nullable Spool spool;
    private volatile boolean reportedCaughtUp;

    /// What all pipelines of a run share.
    ///
    /// @param lost why no pipeline can go on from its position; empty when they can
    record Context(
            LinkOptions options,
            Sides sides,
            int shards,
            int checkpointDatabase,
            Map<String, String> manifest,
            ServerInfo target,
            long start,
            Throttle throttle,
            Consumer<LinkEvent> events,
            LinkHooks hooks,
            Pipeline.Ending ending,
            IntConsumer caughtUp,
            @Nullable SlotLedger ledger,
            String lost,
            RulesInForce.Notes ruleNotes,
            Consumer<ClusterNodes> topology) {}

    PipelineParts(Context context, int shard, Origin origin) throws IOException {
        this.context = context;
        this.shard = shard;
        LinkOptions options = context.options;
        progress = new Progress(origin.place());
        owned = origin.slots();
        SourceParts source =
                SourceParts.of(
                        origin,
                        new SourceParts.Site(
                                options,
                                context.sides,
                                progress,
                                () -> makeSpool(options.spool().diskBytes()),
                                () -> makeSpool(0),
                                new Retries(LinkEvent.Side.SOURCE),
                                context.events,
                                this::wake,
                                new SourceParts.Following(
                                        shard, context.ledger, context.topology)));
        intake = source.intake();
        monitor = source.watch();
        follower = source.follower();
        databases = DatabaseMap.orIdentity(options.databases());
        homes = new KeyHomes(options.rules(), databases);
        filter = filter(options);
        writer = writer(options, owned);
        shop = workshop(options, source, origin);
        applier =
                new Thread(
                        new Pipeline(
                                shop,
                                owned,
                                Generation.first(context.start),
                                isOwned(),
                                () -> follower == null ? owned : follower.present(),
                                source.gaps(),
                                context.lost,
                                RulesInForce.of(context, shard),
                                context.ending),
                        "applier " + shard);
        // No virtual threads: a JVM that exits waits 0.3 s for their poller, in native code.
        observer = Thread.ofPlatform().daemon().name("monitor " + shard).unstarted(monitor);
    }

    private @Nullable SlotGate gate() {
        ShardFollower following = follower;
        return following == null
                ? null
                : following.gate(
                        writer,
                        owned,
                        database -> isOwned() && databases.isTarget(database),
                        () -> patience(following),
                        () -> warnOfParked());
    }

    /// Whether the target was empty when the task began.
    private boolean isOwned() {
        return TaskRegistry.isOwned(context.manifest);
    }

    private boolean patience(ShardFollower following) throws RewindException {
        if (intake.isGone()) {
            following.dissolved();
        }
        writer.check();
        shop().await();
        return !shop().isStopping();
    }

    private void warnOfParked() {
        context.events.accept(
                new LinkEvent.Warned(
                        intake.place(),
                        "slots that are on their way to this shard hold back more than memory"
                                + " takes: its stream waits",
                        "End the move of slots (CLUSTER NODES shows open ones)"));
    }

    /// Whether one of the shard's nodes has this id.
    boolean isFor(String id) {
        return follower != null && follower.identity().ids().contains(id);
    }

    int shard() {
        return shard;
    }

    private static CommandFilter filter(LinkOptions options) {
        LinkOptions.CommandChoice commands = options.commands();
        return new CommandFilter(
                new FilterRules(
                        new HashSet<>(commands.allow()),
                        new HashSet<>(commands.deny()),
                        FilterRules.standard().excludedPrefixes()),
                CommandTable.standard(),
                options.rules().firstBytes());
    }

    private TargetWriter writer(LinkOptions options, BitSet slots) {
        LinkOptions.Tuning tuning = options.tuning();
        WriterSettings settings =
                new WriterSettings(
                        context.sides.keys(),
                        context.manifest,
                        shard,
                        context.checkpointDatabase,
                        context.sides.target(),
                        context.start,
                        slots,
                        homes,
                        homes.targetSlots(slots),
                        context.ledger != null || slots.cardinality() < ClusterMap.SLOTS,
                        filter,
                        tuning.batchCommands(),
                        tuning.batchBytes(),
                        // Each shard's pipeline has a line of its own to each node.
                        tuning.windowBytes() / context.shards,
                        context.throttle,
                        options.retry(),
                        tuning.answerLimit(),
                        new Retries(LinkEvent.Side.TARGET),
                        new Refusals(),
                        tuning.merge()
                                ? Merger.Rules.of(dialect(context.target))
                                : Merger.Rules.NONE,
                        databases,
                        tuning.markedSnapshot(),
                        this::wake);
        return context.target.isCluster()
                ? new ClusterWriter(settings)
                : new StandaloneWriter(settings);
    }

    private Workshop shop() {
        return shop;
    }

    private Workshop workshop(LinkOptions options, SourceParts source, Origin origin)
            throws IOException {
        TargetFormat format =
                TargetFormat.of(
                        context.target.isValkey(), context.target.major(), context.target.minor());
        PayloadConverter payloads =
                new PayloadConverter(format, CommonModules.found(context.sides, format));
        RewriteRules rewrites =
                new RewriteRules(
                        source.dialect(),
                        dialect(context.target),
                        options.extendExpiry().toMillis(),
                        databases,
                        payloads.adapter());
        // No command comes behind a copy alone, and none of the past from a scan.
        boolean behind =
                !(origin instanceof Origin.Scanned)
                        && options.effectiveEnd() != LinkOptions.End.SNAPSHOT;
        HeldExpiries held =
                new HeldExpiries(
                        behind && !options.tuning().tracedExpiry(),
                        () -> System.currentTimeMillis() + monitor.clockSkewMillis(),
                        new HeldNotes(context.sides.keys(), shard, context.target.isCluster()));
        return new Workshop(
                new Workshop.Tools(
                        shard,
                        options,
                        context.events,
                        writer,
                        new TargetScan(
                                context.sides.target(),
                                options.retry(),
                                new Retries(LinkEvent.Side.TARGET)),
                        intake,
                        monitor,
                        progress,
                        filter,
                        new Rewriter(rewrites, held),
                        held,
                        databases,
                        payloads,
                        format,
                        source.heartbeat(),
                        context.hooks,
                        homes,
                        gate(),
                        ShardPermit.of(context.hooks, shard, origin)),
                this::idle);
    }

    private static Dialect dialect(ServerInfo info) {
        return Dialect.of(info.isValkey(), info.major(), info.minor());
    }

    private Spool makeSpool(long diskBytes) {
        LinkOptions.SpoolLimits limits = context.options.spool();
        Spool made =
                new Spool(
                        limits.memoryBytes() / context.shards,
                        diskBytes,
                        limits.directory(),
                        context.options.task() + "-" + shard + "-" + spools.incrementAndGet(),
                        this::wake);
        spool = made;
        return made;
    }

    private void wake() {
        LockSupport.unpark(applier);
    }

    /// Told when everything read is in the target: has it what was asked for?
    private boolean idle(long offset) {
        long goal = monitor.goal();
        if (!reportedCaughtUp && goal >= 0 && offset >= goal) {
            reportedCaughtUp = true;
            context.caughtUp.accept(shard);
            return shop.isStopping();
        }
        return false;
    }

    void start() {
        observer.start();
        applier.start();
    }

    void stop() {
        if (follower != null) {
            follower.stop();
        }
        shop.stop();
        writer.abort();
        intake.abort();
        wake();
    }

    boolean isCaughtUp() {
        return reportedCaughtUp;
    }

    String retrying() {
        return progress.retrying;
    }

    LinkStatus.Shard status() {
        Spool present = spool;
        long disk = present == null ? 0 : present.diskBytes();
        long waiting = present == null ? 0 : present.waitingBytes();
        return new LinkStatus.Shard(
                shard,
                progress.source,
                progress.phase,
                progress.replicationId,
                progress.snapshotBytesRead.get(),
                progress.snapshotBytesTotal,
                progress.snapshotKeys.get(),
                progress.snapshotKeysTotal.get(),
                progress.receivedOffset,
                progress.appliedOffset,
                progress.knownSourceOffset(),
                progress.lagBytes(),
                progress.lagMillis,
                writer.appliedCommands(),
                writer.appliedBytes(),
                progress.refused.get(),
                Math.max(0, waiting - disk),
                disk,
                progress.snapshots.get(),
                progress.resumes.get(),
                progress.dropped.get(),
                progress.renamed.get());
    }

    /// What the user wants done about refused commands.
    private final class Refusals implements WriterSettings.RefusalHandler {
        @Override
        public boolean skip(Refusal refusal) {
            return shop.refused(refusal);
        }

        @Override
        public boolean waitsForRights() {
            return context.options.onRefused() == LinkOptions.OnRefused.STOP;
        }
    }

    /// Turns retries into events and into what the status shows.
    private final class Retries implements RetryListener {
        private final LinkEvent.Side side;

        Retries(LinkEvent.Side side) {
            this.side = side;
        }

        @Override
        public void retrying(String place, int count, Duration elapsed, String reason) {
            progress.retrying = place + ": " + reason;
            context.events.accept(
                    new LinkEvent.Retrying(
                            shard, side, place, count, elapsed, context.options.retry(), reason));
        }

        @Override
        public void recovered(String place, Duration away) {
            progress.retrying = "";
            context.events.accept(new LinkEvent.Recovered(shard, side, place, away));
        }
    }
}
