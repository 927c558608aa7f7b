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
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Progress;
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
    private final MultiGauge states;
    private final MultiGauge conflicts;
    private final Map<MultiGauge, ToDoubleFunction<Shard>> shards = new LinkedHashMap<>();

    public Prometheus(Tasks tasks) {
        this.tasks = tasks;
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
        for (TaskControl control : tasks.all()) {
            Task task = control.task();
            Tags tags = Tags.of("task", task.id(), "name", task.name(), "account", task.account());
            for (TaskState state : TaskState.values()) {
                stateRows.add(
                        MultiGauge.Row.of(
                                tags.and("state", state.code()), state == task.state() ? 1 : 0));
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
            rows.forEach((gauge, list) -> {
                ToDoubleFunction<Shard> value = shards.get(gauge);
                double number = value == null ? -1 : value.applyAsDouble(shard);
                if (number >= 0) {
                    list.add(MultiGauge.Row.of(mine, number));
                }
            });
        }
    }
}
