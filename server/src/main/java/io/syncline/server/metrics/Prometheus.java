package io.syncline.server.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
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
import java.util.List;

/// What `/metrics` says: one series a task and one a shard, made at the moment of the question.
public final class Prometheus implements MultiCollector {
    private static final double MILLIS = 1_000;

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Tasks tasks;
    private final Verifications verifications;

    /// Measures tasks and what verifications found.
    public Prometheus(Tasks tasks, Verifications verifications) {
        this.tasks = tasks;
        this.verifications = verifications;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        registry.getPrometheusRegistry().register(this);
    }

    /// The text that Prometheus reads.
    public synchronized String scrape() {
        return registry.scrape();
    }

    @Override
    public MetricSnapshots collect() {
        List<Family<VerificationRun>> verified = verified();
        List<Family<Shard>> shards = shards();
        Family<TaskState> states =
                Family.gauge(
                        "syncline_task_state",
                        "1 for the state that the task is in, 0 for every other",
                        state -> 1);
        Family<TaskControl> conflicts =
                Family.counter(
                        "syncline_task_conflicts",
                        "Keys of a two-way task that both sides had written",
                        TaskControl::conflicts);
        for (TaskControl control : tasks.all()) {
            Task task = control.task();
            Labels labels =
                    Labels.of("task", task.id(), "name", task.name(), "account", task.account());
            for (TaskState state : TaskState.values()) {
                states.add(labels.add("state", state.code()), state == task.state() ? 1 : 0);
            }
            for (VerificationRun run : verifications.latest(task.id())) {
                verified.forEach(family -> family.measure(labels.add("kind", kind(run)), run));
            }
            if (task.isTwoWay()) {
                conflicts.measure(labels, control);
            }
            Progress progress = task.state().isActive() ? control.progress() : null;
            if (progress != null) {
                add(progress, labels, shards);
            }
        }
        List<Family<?>> all = new ArrayList<>(List.of(states, conflicts));
        all.addAll(verified);
        all.addAll(shards);
        return new MetricSnapshots(all.stream().flatMap(Family::snapshot).toList());
    }

    private static List<Family<VerificationRun>> verified() {
        return List.of(
                Family.gauge(
                        "syncline_verification_differences",
                        "Keys that differed in the last verification, or differ now in the"
                                + " incremental one",
                        run -> run.numbers().differences() - run.numbers().repaired()),
                Family.gauge(
                        "syncline_verification_keys",
                        "Keys that it compared",
                        run -> run.numbers().keys()),
                Family.gauge(
                        "syncline_verification_timestamp_seconds",
                        "When it ended",
                        Prometheus::ended));
    }

    /// Counters begin anew with each run of a task, as counters may.
    private static List<Family<Shard>> shards() {
        return List.of(
                Family.gauge(
                        "syncline_shard_lag_seconds",
                        "Age of what the target holds",
                        it -> it.lagMillis() < 0 ? -1 : it.lagMillis() / MILLIS),
                Family.gauge(
                        "syncline_shard_lag_bytes",
                        "Source offset minus applied offset",
                        Shard::lagBytes),
                Family.counter(
                        "syncline_shard_applied_commands", "Commands applied", Shard::commands),
                Family.counter(
                        "syncline_shard_applied_bytes", "Stream bytes applied", Shard::bytes),
                Family.gauge(
                        "syncline_shard_snapshot_keys",
                        "Keys of the snapshot written",
                        Shard::snapshotKeys),
                Family.gauge(
                        "syncline_shard_snapshot_keys_expected",
                        "Keys that the source announced",
                        Shard::snapshotKeysTotal),
                Family.counter(
                        "syncline_shard_refused_commands",
                        "Commands refused for good",
                        Shard::refused),
                Family.gauge(
                        "syncline_shard_spool_memory_bytes",
                        "Waiting in memory",
                        Shard::spoolMemoryBytes),
                Family.gauge(
                        "syncline_shard_spool_disk_bytes",
                        "Waiting on disk",
                        Shard::spoolDiskBytes),
                Family.counter(
                        "syncline_shard_snapshots",
                        "Full synchronizations begun",
                        Shard::snapshots),
                Family.counter(
                        "syncline_shard_resumes", "Partial resynchronizations", Shard::resumes));
    }

    private static double ended(VerificationRun run) {
        Instant ended = run.ended();
        return ended == null ? -1 : ended.getEpochSecond();
    }

    private static String kind(VerificationRun run) {
        return run.kind() == VerificationRun.Kind.INCREMENTAL ? "incremental" : "run";
    }

    private static void add(Progress progress, Labels labels, List<Family<Shard>> families) {
        for (Shard shard : progress.status().shards()) {
            Labels mine =
                    labels.merge(
                            Labels.of(
                                    "shard",
                                    Integer.toString(shard.index()),
                                    "source",
                                    shard.source(),
                                    "direction",
                                    Direction.of(progress.status(), shard).code()));
            families.forEach(family -> family.measure(mine, shard));
        }
    }
}
