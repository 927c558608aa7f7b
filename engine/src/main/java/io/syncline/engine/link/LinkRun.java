package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.net.Connection;
import io.syncline.engine.target.TaskRegistry;
import io.syncline.engine.target.Throttle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of a link: its pipelines from their start to the last one's end. A cluster source's
/// shards come and go meanwhile, and their pipelines with them.
final class LinkRun {
    private final LinkOptions options;
    private final Sides sides;
    private final Consumer<LinkEvent> events;
    private final Throttle throttle;
    private final TaskRegistry registry;
    private final PipelineParts.Context context;
    private final List<PipelineParts> pipelines = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final StopLimit stopLimit;
    private final Starting starting;
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();

    /// Guards which pipelines there are, and that the link ends with the last of them. Who comes or
    /// goes is noted in the target outside of it: appliers meet here, too.
    private final Object membership = new Object();

    private int nextPipeline;

    /// Whether a shard is being taken in: one at a time, as each takes the next number.
    private boolean joining;

    /// The pipelines that have not ended, with the one of a shard that is being taken in.
    private int running;

    private boolean caughtUp;
    private volatile boolean done;
    private volatile boolean stopping;

    LinkRun(
            LinkOptions options,
            Sides sides,
            Consumer<LinkEvent> events,
            LinkHooks hooks,
            Starting starting,
            StopLimit stopLimit) {
        this.options = options;
        this.sides = sides;
        this.events = events;
        this.stopLimit = stopLimit;
        this.starting = starting;
        this.throttle =
                new Throttle(
                        options.throttle().commandsPerSecond(),
                        options.throttle().bytesPerSecond());
        List<Instance.Shard> shards = starting.at(LinkEvent.Side.SOURCE, this::shardsToFollow);
        List<Origin> origins =
                shards.isEmpty() ? starting.at(LinkEvent.Side.SOURCE, sides::origins) : List.of();
        Registered registered =
                starting.at(LinkEvent.Side.TARGET, () -> register(shards, origins, hooks));
        registry = registered.registry;
        context = registered.context;
        for (var entry : registered.assigned.entrySet()) {
            pipelines.add(
                    starting.at(
                            LinkEvent.Side.SOURCE,
                            () ->
                                    new PipelineParts(
                                            registered.context, entry.getKey(), entry.getValue())));
        }
        running = pipelines.size();
        pipelines.forEach(PipelineParts::start);
    }

    /// A run that the target knows of.
    private record Registered(
            TaskRegistry registry,
            SortedMap<Integer, Origin> assigned,
            PipelineParts.Context context) {}

    /// @param shards to be followed, or none
    /// @param origins what there is instead
    private Registered register(List<Instance.Shard> shards, List<Origin> origins, LinkHooks hooks)
            throws IOException {
        SortedMap<Integer, Origin> assigned = new TreeMap<>();
        try (Connection connection = sides.control()) {
            TaskRegistry found = TaskRegistry.find(connection, sides.keys(), sides.candidates());
            ServerInfo target = ServerInfo.read(connection);
            long start =
                    found.start(
                            connection,
                            sides.isTargetEmpty(),
                            options.source().toString(),
                            options.databasesText(),
                            !hooks.copyAgain().isEmpty());
            origins.forEach(origin -> assigned.put(assigned.size(), origin));
            String lost = "";
            SlotLedger ledger =
                    shards.isEmpty() || hooks.permit() != null ? null : new SlotLedger(start == 1);
            if (!shards.isEmpty()) {
                var known = TaskRegistry.shards(found.read(connection));
                var mine = number(shards, known);
                if (ledger != null) {
                    var notes = notes(found, connection, mine);
                    var unseen = UnseenMoves.find(sides.source(), mine, notes);
                    lost = unseen.words();
                    unseen.looks().forEach(ledger::observedFirst);
                }
                for (var entry : mine.entrySet()) {
                    found.noteShard(connection, entry.getKey(), entry.getValue().ids());
                    assigned.put(entry.getKey(), new Origin.Replicated(entry.getValue()));
                }
            }
            PipelineParts.Context made =
                    new PipelineParts.Context(
                            options,
                            sides,
                            Math.max(1, assigned.size()),
                            found.database(),
                            new ConcurrentSkipListMap<>(found.read(connection)),
                            target,
                            start,
                            throttle,
                            events,
                            hooks,
                            this::pipelineEnded,
                            this::pipelineCaughtUp,
                            ledger,
                            lost,
                            this::noteRules,
                            this::topologySeen);
            return new Registered(found, assigned, made);
        }
    }

    private SortedMap<Integer, Instance.Shard> number(
            List<Instance.Shard> shards, SortedMap<Integer, Set<String>> known) {
        Numbering numbering = Numbering.of(shards, known);
        nextPipeline = numbering.next();
        return numbering.shards();
    }

    private static Map<Integer, byte[]> notes(
            TaskRegistry registry, Connection connection, SortedMap<Integer, Instance.Shard> shards)
            throws IOException {
        Map<Integer, byte[]> notes = new TreeMap<>();
        for (int pipeline : shards.keySet()) {
            byte[] note = registry.slotNote(connection, pipeline);
            if (note != null) {
                notes.put(pipeline, note);
            }
        }
        return notes;
    }

    /// The shards of a cluster source whose moves of slots are followed; none for other sources, or
    /// where they cannot be.
    private List<Instance.Shard> shardsToFollow() throws IOException {
        boolean replicated =
                !options.source().isFile()
                        && options.sourceMode() instanceof LinkOptions.SourceMode.Psync;
        if (!replicated || !sides.source().isCluster()) {
            return List.of();
        }
        try {
            return sides.source().allShards();
        } catch (SynclineException e) {
            if (e.failure().code() != ErrorCode.NOT_PERMITTED) {
                throw e;
            }
            events.accept(
                    new LinkEvent.Warned(
                            e.failure().place(),
                            "slots that move between the source's shards are not followed: "
                                    + e.failure().reason(),
                            e.failure().remedy()));
            return List.of();
        }
    }

    // ---- shards that come and go ----

    /// On a monitor's thread: starts a pipeline for every shard that has none. One that joins
    /// without slots has its whole history in its stream from here on.
    private void topologySeen(ClusterNodes nodes) {
        for (ClusterNodes.Node node : nodes.nodes()) {
            boolean known = pipelines.stream().anyMatch(pipeline -> pipeline.isFor(node.id()));
            if (node.primary() && node.usable() && !known) {
                add(new Instance.Shard(node.address(), node.slots(), nodes.family(node)));
            }
        }
    }

    private void add(Instance.Shard shard) {
        int index;
        synchronized (membership) {
            if (stopping
                    || joining
                    || running == 0
                    || pipelines.stream().anyMatch(p -> shard.ids().stream().anyMatch(p::isFor))) {
                return;
            }
            joining = true;
            index = nextPipeline;
            running++;
        }
        PipelineParts pipeline = null;
        try {
            pipeline = takeIn(shard, index);
        } catch (IOException e) {
            // The next look, in a moment, tries again.
            System.getLogger(LinkRun.class.getName())
                    .log(System.Logger.Level.DEBUG, "starting a pipeline for a new shard", e);
        } finally {
            joined(pipeline);
        }
        if (pipeline != null) {
            events.accept(
                    new LinkEvent.Warned(
                            shard.primary().toString(), "a shard joined the source's cluster", ""));
        }
    }

    private PipelineParts takeIn(Instance.Shard shard, int index) throws IOException {
        try (Connection connection = sides.control()) {
            noteShard(connection, index, shard.ids());
            return new PipelineParts(context, index, new Origin.Replicated(shard));
        }
    }

    private void noteShard(Connection connection, int index, Set<String> ids) throws IOException {
        String noted = registry.noteShard(connection, index, ids);
        context.manifest().put(TaskRegistry.shardField(index), noted);
    }

    /// @param pipeline of the shard that was to be taken in; null when that failed
    private void joined(@Nullable PipelineParts pipeline) {
        synchronized (membership) {
            joining = false;
            if (pipeline == null) {
                oneLess();
            } else {
                nextPipeline++;
                pipelines.add(pipeline);
                pipeline.start();
                if (stopping) {
                    // Whoever stopped all of them may not have met this one.
                    pipeline.stop();
                }
            }
        }
        // Who caught up meanwhile has waited for this one.
        tellCaughtUp();
    }

    private void pipelineEnded(int shard, boolean left, @Nullable Failure why) {
        if (why != null && failure.compareAndSet(null, why)) {
            stop();
        }
        boolean gone;
        synchronized (membership) {
            gone =
                    left
                            && why == null
                            && pipelines.size() > 1
                            && pipelines.removeIf(pipeline -> pipeline.shard() == shard);
        }
        if (gone) {
            forget(shard);
        }
        synchronized (membership) {
            oneLess();
        }
    }

    /// Within [#membership].
    private void oneLess() {
        if (--running == 0) {
            ended.countDown();
        }
    }

    private void forget(int shard) {
        try (Connection connection = sides.control()) {
            noteShard(connection, shard, Set.of());
        } catch (IOException | SynclineException e) {
            // The next start finds out again that the shard is gone.
            System.getLogger(LinkRun.class.getName())
                    .log(System.Logger.Level.DEBUG, "noting that a shard is gone", e);
        }
    }

    /// On an applier's thread: a target that is away for a moment is waited for.
    private void noteRules(int shard, String print) {
        starting.again()
                .at(
                        LinkEvent.Side.TARGET,
                        () -> {
                            try (Connection connection = sides.control()) {
                                registry.noteRules(connection, shard, print);
                                context.manifest().put(TaskRegistry.ruleField(shard), print);
                                return shard;
                            }
                        });
    }

    /// Every pipeline reports once that it has what its source had when it was asked.
    private void pipelineCaughtUp(int shard) {
        tellCaughtUp();
    }

    private void tellCaughtUp() {
        synchronized (membership) {
            if (caughtUp || joining || !pipelines.stream().allMatch(PipelineParts::isCaughtUp)) {
                return;
            }
            caughtUp = true;
        }
        events.accept(new LinkEvent.CaughtUp());
        if (options.effectiveEnd() == LinkOptions.End.CAUGHT_UP) {
            done = true;
            stop();
        }
    }

    void throttle(long commandsPerSecond, long bytesPerSecond) {
        throttle.limits(commandsPerSecond, bytesPerSecond);
    }

    void stop() {
        stopping = true;
        stopLimit.begin();
        throttle.stop();
        for (PipelineParts pipeline : pipelines) {
            pipeline.stop();
        }
    }

    boolean isDone() {
        return done || !stopping;
    }

    /// Waits for the last pipeline's end.
    ///
    /// @return why the link failed; null when it did not
    @Nullable Failure await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            stop();
            Thread.currentThread().interrupt();
        }
        return failure.get();
    }

    LinkStatus status() {
        StringBuilder retrying = new StringBuilder();
        List<LinkStatus.Shard> shards = new ArrayList<>();
        for (PipelineParts pipeline : pipelines) {
            shards.add(pipeline.status());
            if (!pipeline.retrying().isEmpty()) {
                retrying.append(retrying.isEmpty() ? "" : "; ").append(pipeline.retrying());
            }
        }
        return new LinkStatus(shards, retrying.toString());
    }
}
