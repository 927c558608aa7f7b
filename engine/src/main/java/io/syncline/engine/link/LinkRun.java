package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Connection;
import io.syncline.engine.target.TaskRegistry;
import io.syncline.engine.target.Throttle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of a link: its pipelines from their start to the last one's end.
final class LinkRun {
    private final LinkOptions options;
    private final Consumer<LinkEvent> events;
    private final Throttle throttle;
    private final List<PipelineParts> pipelines = new ArrayList<>();
    private final CountDownLatch ended;
    private final StopLimit stopLimit;
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private final AtomicInteger caughtUp = new AtomicInteger();
    private volatile boolean done;
    private volatile boolean stopping;

    LinkRun(
            LinkOptions options,
            Sides sides,
            Consumer<LinkEvent> events,
            Starting starting,
            StopLimit stopLimit) {
        this.options = options;
        this.events = events;
        this.stopLimit = stopLimit;
        this.throttle =
                new Throttle(
                        options.throttle().commandsPerSecond(),
                        options.throttle().bytesPerSecond());
        List<Instance.Shard> shards =
                starting.at(LinkEvent.Side.SOURCE, () -> sides.source().shards());
        PipelineParts.Context context = starting.at(LinkEvent.Side.TARGET, () -> register(sides));
        for (int i = 0; i < shards.size(); i++) {
            int shard = i;
            pipelines.add(
                    starting.at(
                            LinkEvent.Side.SOURCE,
                            () -> new PipelineParts(context, shard, shards.get(shard))));
        }
        ended = new CountDownLatch(pipelines.size());
        for (PipelineParts pipeline : pipelines) {
            pipeline.start();
        }
    }

    private PipelineParts.Context register(Sides sides) throws IOException {
        try (Connection connection = sides.control()) {
            TaskRegistry registry = TaskRegistry.find(connection, sides.keys(), sides.candidates());
            ServerInfo target = ServerInfo.read(connection);
            long start =
                    registry.start(connection, sides.isTargetEmpty(), options.source().toString());
            Map<String, String> manifest = registry.read(connection);
            return new PipelineParts.Context(
                    options,
                    sides,
                    registry.database(),
                    manifest,
                    target,
                    start,
                    throttle,
                    events,
                    this::pipelineEnded,
                    this::pipelineCaughtUp);
        }
    }

    private void pipelineEnded(int shard, @Nullable Failure why) {
        if (why != null && failure.compareAndSet(null, why)) {
            stop();
        }
        ended.countDown();
    }

    /// Every pipeline reports once that it has what its source had when it was asked.
    private void pipelineCaughtUp(int shard) {
        if (caughtUp.incrementAndGet() == pipelines.size()) {
            events.accept(new LinkEvent.CaughtUp());
            if (options.end() == LinkOptions.End.CAUGHT_UP) {
                done = true;
                stop();
            }
        }
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
