package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Dialect;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Merger;
import io.syncline.engine.command.RewriteRules;
import io.syncline.engine.command.Rewriter;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.source.Receiver;
import io.syncline.engine.source.Spool;
import io.syncline.engine.target.ClusterWriter;
import io.syncline.engine.target.Generation;
import io.syncline.engine.target.Refusal;
import io.syncline.engine.target.StandaloneWriter;
import io.syncline.engine.target.TargetWriter;
import io.syncline.engine.target.Throttle;
import io.syncline.engine.target.WriterSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Puts one pipeline together and starts its threads: the applier and the monitor. (The receiver
/// and the lane start their own.)
final class PipelineParts {
    /// From here on a source picks its snapshot's version by ours.
    private static final int VALKEY_ANNOUNCED_SINCE = 9;

    private final Context context;
    private final int shard;
    private final Progress progress;
    private final Workshop shop;
    private final SourceMonitor monitor;
    private final DatabaseMap databases;
    private final TargetWriter writer;
    private final CommandFilter filter;
    private final Receiver receiver;
    private final AtomicInteger spools = new AtomicInteger();
    private final Thread applier;
    private final Thread observer;
    private volatile @Nullable Spool spool;
    private boolean reportedCaughtUp;

    /// What all pipelines of a run share.
    record Context(
            LinkOptions options,
            Sides sides,
            int checkpointDatabase,
            Map<String, String> manifest,
            ServerInfo target,
            long start,
            Throttle throttle,
            Consumer<LinkEvent> events,
            Pipeline.Ending ending,
            IntConsumer caughtUp) {}

    PipelineParts(Context context, int shard, Instance.Shard source) throws IOException {
        this.context = context;
        this.shard = shard;
        LinkOptions options = context.options;
        Instance instance = context.sides.source();
        progress = new Progress(source.primary().toString());
        ServerInfo info;
        try (Connection connection = instance.connector().open(source.primary())) {
            info = ServerInfo.read(connection);
        }
        NodeFinder finder =
                info.isCluster()
                        ? instance.slotFinder(source.slots().nextSetBit(0))
                        : instance.primaryFinder();
        receiver = receiver(finder, info);
        Heartbeat heartbeat =
                new Heartbeat(
                        options.task(),
                        info.isCluster() ? Slots.tag(source.slots().nextSetBit(0)) : "");
        monitor =
                new SourceMonitor(
                        finder,
                        instance.connector(),
                        receiver,
                        progress,
                        heartbeat,
                        options.tuning().heartbeat(),
                        context.events,
                        this::wake);
        databases =
                options.databases().isEmpty()
                        ? DatabaseMap.identity()
                        : DatabaseMap.of(options.databases());
        filter = filter(options);
        writer = writer(options, source.slots());
        shop = workshop(options, info, heartbeat);
        applier =
                new Thread(
                        new Pipeline(
                                shop,
                                source.slots(),
                                Generation.first(context.start),
                                io.syncline.engine.target.TaskRegistry.isOwned(context.manifest),
                                this::openTarget,
                                context.ending),
                        "applier " + shard);
        // No virtual threads: their poller sits in native code, and a JVM that exits waits 0.3 s
        // for it.
        observer = Thread.ofPlatform().daemon().name("monitor " + shard).unstarted(monitor);
    }

    private Receiver receiver(NodeFinder finder, ServerInfo source) {
        boolean announces = source.isValkey() && source.major() >= VALKEY_ANNOUNCED_SINCE;
        return new Receiver(
                new Receiver.Settings(
                        finder,
                        context.sides.source().connector(),
                        announces ? source.version() : "",
                        context.options.tuning().silenceLimit(),
                        context.options.retry(),
                        this::makeSpool,
                        new Retries(LinkEvent.Side.SOURCE)),
                source.address().toString());
    }

    /// A connection to every primary of the target, for scans.
    private List<Connection> openTarget() throws IOException {
        Instance instance = context.sides.target();
        List<Connection> connections = new ArrayList<>();
        for (Instance.Shard shard : instance.shards()) {
            connections.add(instance.connector().open(shard.primary()));
        }
        return connections;
    }

    private static CommandFilter filter(LinkOptions options) {
        FilterRules rules =
                new FilterRules(
                        new HashSet<>(options.commands().allow()),
                        new HashSet<>(options.commands().deny()),
                        FilterRules.standard().excludedPrefixes());
        return new CommandFilter(rules, CommandTable.standard());
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
                        filter,
                        tuning.batchCommands(),
                        tuning.batchBytes(),
                        tuning.windowBytes(),
                        context.throttle,
                        options.retry(),
                        tuning.answerLimit(),
                        new Retries(LinkEvent.Side.TARGET),
                        new Refusals(),
                        tuning.merge()
                                ? Merger.Rules.of(dialect(context.target))
                                : Merger.Rules.NONE,
                        databases,
                        this::wake);
        return context.target.isCluster()
                ? new ClusterWriter(settings)
                : new StandaloneWriter(settings);
    }

    private Workshop workshop(LinkOptions options, ServerInfo info, Heartbeat heartbeat) {
        TargetFormat format =
                TargetFormat.of(
                        context.target.isValkey(), context.target.major(), context.target.minor());
        PayloadConverter payloads = new PayloadConverter(format);
        RewriteRules rewrites =
                new RewriteRules(
                        dialect(info),
                        dialect(context.target),
                        options.extendExpiry().toMillis(),
                        databases,
                        (buffer, offset, length, out) ->
                                adapt(payloads, buffer, offset, length, out));
        return new Workshop(
                new Workshop.Tools(
                        shard,
                        options,
                        context.events,
                        writer,
                        receiver,
                        monitor,
                        progress,
                        filter,
                        new Rewriter(rewrites),
                        databases,
                        payloads,
                        format,
                        heartbeat),
                this::idle);
    }

    /// A payload that cannot be converted stays as it is: the target refuses it, and the policy for
    /// refused commands decides.
    private static boolean adapt(
            PayloadConverter payloads, byte[] buffer, int offset, int length, ByteBuilder out) {
        try {
            return payloads.convert(new ByteSlice().set(buffer, offset, length), out);
        } catch (io.syncline.engine.rdb.UnsupportedValueException
                | io.syncline.engine.rdb.RdbFormatException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Dialect dialect(ServerInfo info) {
        return info.isValkey()
                ? Dialect.valkey(info.major(), info.minor())
                : Dialect.redis(info.major(), info.minor());
    }

    private Spool makeSpool() {
        LinkOptions.SpoolLimits limits = context.options.spool();
        Spool made =
                new Spool(
                        limits.memoryBytes(),
                        limits.diskBytes(),
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
        shop.stop();
        writer.abort();
        receiver.abort();
        wake();
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
                progress.sourceOffset,
                progress.lagBytes(),
                progress.lagMillis,
                writer.appliedCommands(),
                writer.appliedBytes(),
                progress.refused.get(),
                Math.max(0, waiting - disk),
                disk,
                progress.snapshots.get(),
                progress.resumes.get());
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
