package io.syncline.server.verification;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.account.Audit;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.model.VerificationRun.Kind;
import io.syncline.server.model.VerificationRun.State;
import io.syncline.server.store.Store;
import io.syncline.server.store.VerificationTable;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.TaskObserver;
import io.syncline.server.task.Tasks;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Every verification of the service.
///
/// What runs when the process ends goes on in the next one, from its state file.
public final class Verifications implements TaskObserver, AutoCloseable {
    /// At once; others wait. Each reads from two instances as fast as its limits say.
    private static final int MAX_RUNS = 4;

    /// Kept of each task; the oldest go first.
    private static final int MAX_KEPT = 50;

    private static final long STOP_SECONDS = 10;

    /// Where everything would differ that is not copied yet, or there is nothing to compare.
    private static final Set<TaskState> TOO_EARLY =
            EnumSet.of(TaskState.NOT_CONFIGURED, TaskState.INITIALIZING, TaskState.RELEASED);

    /// Who asks for a run that nobody asks for.
    static final String BY_SCHEDULE = "schedule";

    private final VerificationTable table;
    private final Tasks tasks;
    private final Audit audit;
    private final TaskObserver observer;
    private final VerificationFiles files;
    private final Map<String, VerificationJob> jobs = new ConcurrentHashMap<>();
    private final VerificationPlans plans;
    private final ExecutorService runs =
            Executors.newFixedThreadPool(
                    MAX_RUNS, Thread.ofPlatform().name("verification-", 0).daemon().factory());

    /// Serves the verifications of a store.
    ///
    /// @param observer hears of every result
    public Verifications(Store store, Tasks tasks, Audit audit, TaskObserver observer, Path data) {
        this.table = store.verifications();
        this.tasks = tasks;
        this.audit = audit;
        this.observer = observer;
        this.files = new VerificationFiles(data.resolve("verifications"));
        this.plans = new VerificationPlans(table, tasks, observer, files);
    }

    /// Goes on with what an earlier process left.
    public void resume() {
        plans.resume();
        for (VerificationRun run : table.open()) {
            TaskControl control = controlOf(run.task());
            if (control == null) {
                table.put(
                        run.over(
                                State.INTERRUPTED,
                                run.numbers(),
                                tasks.now(),
                                "the service was started again, and the task is gone",
                                ""));
            } else if (run.kind() == Kind.INCREMENTAL) {
                plans.goOn(run, control);
            } else if (RepairRules.isRepair(run)) {
                table.put(
                        run.over(
                                State.INTERRUPTED,
                                run.numbers(),
                                tasks.now(),
                                "the service was started again, and a repair is not gone on with"
                                        + " unasked",
                                "Verify again, with or without repair"));
            } else {
                submit(run, control);
            }
        }
    }

    private @Nullable TaskControl controlOf(String task) {
        return tasks.all().stream()
                .filter(c -> c.task().id().equals(task))
                .findFirst()
                .orElse(null);
    }

    /// The newest first, with the numbers of this moment.
    public List<VerificationRun> list(Actor actor, String id, int limit) {
        String task = tasks.find(actor, id).task().id();
        return table.of(task, limit).stream().map(this::live).toList();
    }

    private VerificationRun live(VerificationRun stored) {
        VerificationJob job = jobs.get(stored.id());
        if (job != null) {
            return job.now();
        }
        ContinuousCheck check = plans.continuous(stored);
        return check == null ? stored : check.now();
    }

    public VerificationRun find(Actor actor, String id, String run) {
        String task = tasks.find(actor, id).task().id();
        return table.find(run)
                .filter(it -> it.task().equals(task))
                .map(this::live)
                .orElseThrow(() -> Problem.notFound("verification", Names.shown(run)));
    }

    /// For metrics: the last run with a verdict, and the continuous one.
    public List<VerificationRun> latest(String task) {
        List<VerificationRun> latest = new ArrayList<>();
        table.lastVerdict(task).ifPresent(latest::add);
        VerificationRun continuous = plans.continuous(task);
        if (continuous != null) {
            latest.add(continuous);
        }
        return latest;
    }

    /// How fast a run is; 0 when it does not run.
    public long keysPerSecond(VerificationRun run) {
        VerificationJob job = jobs.get(run.id());
        return job == null ? 0 : job.keysPerSecond();
    }

    /// What is tried again, or waited for; empty for nothing.
    public String trouble(VerificationRun run) {
        VerificationJob job = jobs.get(run.id());
        ContinuousCheck check = plans.continuous(run);
        return job != null ? job.trouble() : check == null ? "" : check.trouble();
    }

    /// Begins one.
    ///
    /// @param options by the names of the command line
    public VerificationRun start(Actor actor, String id, Map<String, String> options) {
        actor.require(Role.OPERATOR, "verify tasks");
        TaskControl control = tasks.find(actor, id);
        Task task = control.task();
        VerifyOptions checked = tasks.verifyOptions(task, options, null);
        Failure unsound =
                checked.repair().direction() == VerifyOptions.Direction.NONE
                        ? null
                        : RepairRules.forbid(control, checked);
        if (unsound != null) {
            throw new Problem(
                    Problem.Code.NOT_NOW, unsound.place(), unsound.reason(), unsound.remedy());
        }
        if (TOO_EARLY.contains(task.state())) {
            throw new Problem(
                    Problem.Code.NOT_NOW,
                    "task " + task.id(),
                    "a task that is " + task.state().words() + " is not verified",
                    "Wait until it is Running: what is not copied yet would differ");
        }
        requireNone(task);
        VerificationRun run = start(control, Kind.MANUAL, actor.name(), options);
        audit.record(actor, "task.verify", task.id(), run.id() + " " + options);
        return run;
    }

    /// Two at once would only slow each other, and two repairs meet.
    private void requireNone(Task task) {
        if (isVerified(task.id())) {
            throw new Problem(
                    Problem.Code.NOT_NOW,
                    "task " + task.id(),
                    "it is being verified already",
                    "Wait for that run, or cancel it");
        }
    }

    private boolean isVerified(String task) {
        return jobs.values().stream().anyMatch(job -> job.control().task().id().equals(task));
    }

    private VerificationRun start(
            TaskControl control, Kind kind, String by, Map<String, String> options) {
        VerificationRun run =
                VerificationRun.begun(
                        control.task().id(), kind, by, options, State.WAITING, tasks.now());
        table.put(run);
        submit(run, control);
        return run;
    }

    private void submit(VerificationRun run, TaskControl control) {
        VerificationJob job = new VerificationJob(run, control, tasks, files, this::changed);
        jobs.put(run.id(), job);
        runs.execute(job);
    }

    private void changed(VerificationJob job) {
        VerificationRun run = job.now();
        if (controlOf(run.task()) == null) {
            jobs.remove(run.id());
            forget(run.task());
            return;
        }
        table.put(run);
        if (!run.state().isOver()) {
            return;
        }
        jobs.remove(run.id());
        TaskControl control = job.control();
        tasks.note(
                control,
                run.state() == State.EQUAL || run.state() == State.CANCELLED
                        ? Level.INFO
                        : Level.WARNING,
                "verification",
                Verdict.text(run),
                run.remedy());
        observer.verified(control.task(), run);
        List<VerificationRun> all = table.of(run.task(), MAX_KEPT * 2);
        for (VerificationRun old : all.subList(Math.min(MAX_KEPT, all.size()), all.size())) {
            if (old.state().isOver()) {
                table.remove(old.id());
                files.remove(old.id());
            }
        }
    }

    public VerificationRun cancel(Actor actor, String id, String run) {
        actor.require(Role.OPERATOR, "cancel verifications");
        VerificationRun found = find(actor, id, run);
        VerificationJob job = jobs.get(found.id());
        if (job == null) {
            throw new Problem(
                    Problem.Code.NOT_NOW,
                    "verification " + found.id(),
                    "it does not run, so there is nothing to cancel",
                    "The continuous one is switched off by incrementalPercent 0");
        }
        job.cancel();
        audit.record(actor, "task.verify.cancel", found.task(), found.id());
        return job.now();
    }

    /// The first differences of a run.
    public List<JsonNode> differences(VerificationRun run, int limit) {
        return files.first(run.id(), limit);
    }

    /// Copies all of them.
    ///
    /// @param csv as comma-separated values instead of lines of JSON
    public void copy(VerificationRun run, boolean csv, OutputStream to) throws IOException {
        files.copy(run.id(), csv, to);
    }

    public VerificationPlan plan(Actor actor, String id) {
        return plans.of(tasks.find(actor, id).task().id());
    }

    /// When the next run by schedule is due; null: never.
    public @Nullable Instant next(Actor actor, String id) {
        return plans.next(tasks.find(actor, id).task().id());
    }

    /// Decides what is verified again and again.
    public VerificationPlan plan(Actor actor, String id, VerificationPlan given) {
        actor.require(Role.OPERATOR, "plan verifications");
        TaskControl control = tasks.find(actor, id);
        VerificationPlan plan = plans.change(control, given);
        audit.record(
                actor,
                "task.verify.plan",
                control.task().id(),
                "schedule '" + plan.schedule() + "', incremental " + plan.incrementalPercent());
        return plan;
    }

    /// Does what is due. To be called about once a second.
    public void tick() {
        for (VerificationJob job : jobs.values()) {
            job.measure();
            Failure forbidden = tasks.forbidden(job.control().task());
            if (forbidden == null && RepairRules.isRepair(job.now())) {
                forbidden = RepairRules.forbid(job.control().task());
            }
            if (forbidden != null) {
                job.fail(forbidden);
            }
        }
        for (TaskControl control : plans.due()) {
            String task = control.task().id();
            if (!isVerified(task)) {
                start(control, Kind.SCHEDULED, BY_SCHEDULE, plans.of(task).options());
                plans.begun(task);
            }
        }
        plans.rounds();
    }

    @Override
    public void changed(Task before, Task after) {
        Failure unsound = RepairRules.forbid(after);
        if (unsound != null) {
            jobs.values().stream()
                    .filter(job -> job.control().task().id().equals(after.id()))
                    .filter(job -> RepairRules.isRepair(job.now()))
                    .forEach(job -> job.fail(unsound));
        }
        if (after.state() == TaskState.RELEASED || after.state() == TaskState.NOT_CONFIGURED) {
            jobs.values().stream()
                    .filter(job -> job.control().task().id().equals(after.id()))
                    .forEach(VerificationJob::cancel);
        }
        if (after.state() == TaskState.RELEASED) {
            plans.forget(after.id());
            // Behind what still runs.
            runs.execute(() -> forget(after.id()));
        }
    }

    private void forget(String task) {
        table.of(task, Integer.MAX_VALUE).forEach(run -> files.remove(run.id()));
        table.forget(task);
    }

    /// Leaves everything so that the next process goes on.
    @Override
    public void close() {
        jobs.values().forEach(VerificationJob::leave);
        plans.close();
        runs.shutdown();
        try {
            if (!runs.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                runs.shutdownNow();
            }
        } catch (InterruptedException e) {
            runs.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
