package io.syncline.server.metrics;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.verification.Verifications;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What `/metrics` says: one series a task and one a shard, made at the moment of the question.
public final class Prometheus {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Tasks tasks;
    private final Verifications verifications;
    private final Map<MultiGauge, ToDoubleFunction<VerificationRun>> verified =
            new LinkedHashMap<>();
    private final MultiGauge states;
    private final MultiGauge conflicts;
    private final Map<MultiGauge, ToDoubleFunction<Shard>> shards = new LinkedHashMap<>();

    /// Measures tasks and what verifications found.
    public Prometheus(Tasks tasks, Verifications verifications) {
        this.tasks = tasks;
        this.verifications = verifications;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        states =
                MultiGauge.builder("syncline.task.state")
                        .description("1 for the state that the task is in, 0 for every other")
                        .register(registry);
        conflicts =
                MultiGauge.builder("syncline.task.conflicts")
                        .description("Keys of a two-way task that both sides had written")
                        .register(registry);
        verification(
                "differences",
                "Keys that differed in the last verification, or differ now in the incremental one",
                run -> run.numbers().differences() - run.numbers().repaired());
        verification("keys", "Keys that it compared", run -> run.numbers().keys());
        verification("timestamp.seconds", "When it ended", Prometheus::ended);
        shard("lag.milliseconds", "Age of what the target holds", Shard::lagMillis);
        shard("lag.bytes", "Source offset minus applied offset", Shard::lagBytes);
        shard("applied.commands", "Commands applied in this run", Shard::commands);
        shard("applied.bytes", "Stream bytes applied in this run", Shard::bytes);
        shard("snapshot.keys", "Keys of the snapshot written", Shard::snapshotKeys);
        shard("snapshot.keys.expected", "Keys that the source announced", Shard::snapshotKeysTotal);
        shard("refused.commands", "Commands refused for good", Shard::refused);
        shard("spool.memory.bytes", "Waiting in memory", Shard::spoolMemoryBytes);
        shard("spool.disk.bytes", "Waiting on disk", Shard::spoolDiskBytes);
        shard("snapshots", "Full synchronizations begun in this run", Shard::snapshots);
        shard("resumes", "Partial resynchronizations in this run", Shard::resumes);
    }

    private static double ended(VerificationRun run) {
        Instant ended = run.ended();
        return ended == null ? -1 : ended.getEpochSecond();
    }

    private void verification(
            String name, String description, ToDoubleFunction<VerificationRun> value) {
        verified.put(
                MultiGauge.builder("syncline.verification." + name)
                        .description(description)
                        .register(registry),
                value);
    }

    private void shard(String name, String description, ToDoubleFunction<Shard> value) {
        shards.put(
                MultiGauge.builder("syncline.shard." + name)
                        .description(description)
                        .register(registry),
                value);
    }

    /// The text that Prometheus reads.
    public synchronized String scrape() {
        List<MultiGauge.Row<?>> stateRows = new ArrayList<>();
        List<MultiGauge.Row<?>> conflictRows = new ArrayList<>();
        Map<MultiGauge, List<MultiGauge.Row<?>>> shardRows = new LinkedHashMap<>();
        shards.keySet().forEach(gauge -> shardRows.put(gauge, new ArrayList<>()));
        Map<MultiGauge, List<MultiGauge.Row<?>>> verifiedRows = new LinkedHashMap<>();
        verified.keySet().forEach(gauge -> verifiedRows.put(gauge, new ArrayList<>()));
        for (TaskControl control : tasks.all()) {
            Task task = control.task();
            Tags tags = Tags.of("task", task.id(), "name", task.name(), "account", task.account());
            for (TaskState state : TaskState.values()) {
                stateRows.add(
                        MultiGauge.Row.of(
                                tags.and("state", state.code()), state == task.state() ? 1 : 0));
            }
            for (VerificationRun run : verifications.latest(task.id())) {
                addTo(verifiedRows, verified, tags.and("kind", kind(run)), run);
            }
            if (task.isTwoWay()) {
                conflictRows.add(MultiGauge.Row.of(tags, control.conflicts()));
            }
            Progress progress = task.state().isActive() ? control.progress() : null;
            if (progress != null) {
                add(progress, tags, shardRows);
            }
        }
        states.register(stateRows, true);
        conflicts.register(conflictRows, true);
        shardRows.forEach((gauge, rows) -> gauge.register(rows, true));
        verifiedRows.forEach((gauge, rows) -> gauge.register(rows, true));
        return registry.scrape();
    }

    /// What is not known has no line: -1 would be drawn as a lag.
    private void add(Progress progress, Tags tags, Map<MultiGauge, List<MultiGauge.Row<?>>> rows) {
        for (Shard shard : progress.status().shards()) {
            Tags mine =
                    tags.and(
                            "shard",
                            Integer.toString(shard.index()),
                            "source",
                            shard.source(),
                            "direction",
                            Direction.of(progress.status(), shard).code());
            addTo(rows, shards, mine, shard);
        }
    }

    private static String kind(VerificationRun run) {
        return run.kind() == VerificationRun.Kind.INCREMENTAL ? "incremental" : "run";
    }

    private static <T> void addTo(
            Map<MultiGauge, List<MultiGauge.Row<?>>> rows,
            Map<MultiGauge, ToDoubleFunction<T>> values,
            Tags tags,
            T it) {
        rows.forEach((gauge, list) -> {
            ToDoubleFunction<T> value = values.get(gauge);
            double number = value == null ? -1 : value.applyAsDouble(it);
            if (number >= 0) {
                list.add(MultiGauge.Row.of(tags, number));
            }
        });
    }
}
