package io.syncline.server.verification;

import io.syncline.engine.fault.Failure;
import io.syncline.server.account.Audit;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Schedule;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.model.VerificationRun.Kind;
import io.syncline.server.model.VerificationRun.Numbers;
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

    /// Rounds of continuous ones at once: each is short.
    private static final int MAX_ROUNDS = 2;

    /// Kept of each task; the oldest go first.
    private static final int MAX_KEPT = 50;

    private static final long STOP_SECONDS = 10;

    /// Where everything would differ that is not copied yet, or there is nothing to compare.
    private static final Set<TaskState> TOO_EARLY =
            EnumSet.of(TaskState.NOT_CONFIGURED, TaskState.INITIALIZING, TaskState.RELEASED);

    private final VerificationTable table;
    private final Tasks tasks;
    private final Audit audit;
    private final TaskObserver observer;
    private final VerificationFiles files;
    private final Map<String, VerificationJob> jobs = new ConcurrentHashMap<>();
    private final Map<String, ContinuousCheck> checks = new ConcurrentHashMap<>();
    private final Map<String, Planned> plans = new ConcurrentHashMap<>();
    private final ExecutorService runs = threads("verification", MAX_RUNS);
    private final ExecutorService rounds = threads("continuous-verification", MAX_ROUNDS);

    /// A plan, and when it is due; null: never.
    private record Planned(VerificationPlan plan, @Nullable Instant next) {}

    /// Serves the verifications of a store.
    ///
    /// @param observer hears of every result
    public Verifications(Store store, Tasks tasks, Audit audit, TaskObserver observer, Path data) {
        this.table = store.verifications();
        this.tasks = tasks;
        this.audit = audit;
        this.observer = observer;
        this.files = new VerificationFiles(data.resolve("verifications"));
    }

    private static ExecutorService threads(String name, int count) {
        return Executors.newFixedThreadPool(
                count, Thread.ofPlatform().name(name + "-", 0).daemon().factory());
    }

    /// Goes on with what an earlier process left.
    public void resume() {
        for (TaskControl control : tasks.all()) {
            Task task = control.task();
            VerificationPlan plan = table.plan(task.id());
            if (!plan.equals(VerificationPlan.NONE)) {
                plans.put(task.id(), new Planned(plan, next(task.id(), plan)));
            }
        }
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
                VerificationPlan plan = planOf(run.task());
                checks.put(run.task(), new ContinuousCheck(run, plan, control, tasks, files));
                tasks.sample(control).rate(plan.every());
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

    private VerificationPlan planOf(String task) {
        Planned planned = plans.get(task);
        return planned == null ? VerificationPlan.NONE : planned.plan();
    }

    private @Nullable Instant next(String task, VerificationPlan plan) {
        Instant last =
                table.of(task, MAX_KEPT).stream()
                        .filter(run -> run.kind() == Kind.SCHEDULED)
                        .map(VerificationRun::created)
                        .findFirst()
                        .orElse(Instant.EPOCH);
        Instant since = Instant.ofEpochMilli(plan.sinceMillis());
        return Schedule.parse(plan.schedule()).next(last.isAfter(since) ? last : since);
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
        ContinuousCheck check = checks.get(stored.task());
        return check != null && check.now().id().equals(stored.id()) ? check.now() : stored;
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
        ContinuousCheck check = checks.get(task);
        if (check != null) {
            latest.add(check.now());
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
        ContinuousCheck check = checks.get(run.task());
        boolean mine = check != null && check.now().id().equals(run.id());
        return job != null ? job.trouble() : mine ? check.trouble() : "";
    }

    /// Begins one.
    ///
    /// @param options by the names of the command line
    public VerificationRun start(Actor actor, String id, Map<String, String> options) {
        actor.require(Role.OPERATOR, "verify tasks");
        TaskControl control = tasks.find(actor, id);
        Task task = control.task();
        tasks.verifyOptions(task, options, null);
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
        VerificationRun run = made(control, kind, by, options, State.WAITING);
        submit(run, control);
        return run;
    }

    private VerificationRun made(
            TaskControl control, Kind kind, String by, Map<String, String> options, State state) {
        VerificationRun run =
                new VerificationRun(
                        Names.id("v"),
                        control.task().id(),
                        kind,
                        by,
                        options,
                        state,
                        tasks.now(),
                        null,
                        Numbers.NONE,
                        "",
                        "");
        table.put(run);
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
        return planOf(tasks.find(actor, id).task().id());
    }

    /// When the next run by schedule is due; null: never.
    public @Nullable Instant next(Actor actor, String id) {
        Planned planned = plans.get(tasks.find(actor, id).task().id());
        return planned == null ? null : planned.next();
    }

    /// Decides what is verified again and again.
    public VerificationPlan plan(Actor actor, String id, VerificationPlan given) {
        actor.require(Role.OPERATOR, "plan verifications");
        TaskControl control = tasks.find(actor, id);
        Task task = control.task();
        if (given.options().containsKey("repair") || given.options().containsKey("delete-extra")) {
            throw Problem.badRequest(
                    "repair",
                    "a repair is not done by a schedule",
                    "Look at the differences, and verify once with repair");
        }
        if (given.incrementalPercent() > 0 && task.isTwoWay()) {
            throw Problem.badRequest(
                    "incrementalPercent",
                    "the writes of a two-way task are not sampled",
                    "Schedule runs of mode sample instead");
        }
        tasks.verifyOptions(task, given.options(), null);
        VerificationPlan before = planOf(task.id());
        long since =
                given.schedule().equals(before.schedule())
                        ? before.sinceMillis()
                        : tasks.now().toEpochMilli();
        VerificationPlan plan =
                new VerificationPlan(
                        given.schedule(),
                        given.options(),
                        given.incrementalPercent(),
                        given.incrementalRate(),
                        since);
        table.plan(task.id(), plan);
        plans.put(task.id(), new Planned(plan, next(task.id(), plan)));
        continuous(control, plan);
        audit.record(
                actor,
                "task.verify.plan",
                task.id(),
                "schedule '" + plan.schedule() + "', incremental " + plan.incrementalPercent());
        return plan;
    }

    /// Switches the continuous verification on, over or off.
    private synchronized void continuous(TaskControl control, VerificationPlan plan) {
        String task = control.task().id();
        ContinuousCheck before = checks.remove(task);
        tasks.sample(control).rate(plan.every());
        if (plan.every() > 0) {
            VerificationRun run =
                    before == null
                            ? made(
                                    control,
                                    Kind.INCREMENTAL,
                                    "schedule",
                                    plan.options(),
                                    State.RUNNING)
                            : before.now();
            if (before != null) {
                before.stop();
            }
            checks.put(task, new ContinuousCheck(run, plan, control, tasks, files));
        } else if (before != null) {
            VerificationRun ended = before.end();
            table.put(ended);
            observer.verified(control.task(), ended);
        }
    }

    /// Does what is due. To be called about once a second.
    public void tick() {
        for (VerificationJob job : jobs.values()) {
            job.measure();
            Failure forbidden = tasks.forbidden(job.control().task());
            if (forbidden != null) {
                job.fail(forbidden);
            }
        }
        Instant now = tasks.now();
        plans.forEach((task, planned) -> {
            Instant next = planned.next();
            TaskControl control = next == null || next.isAfter(now) ? null : controlOf(task);
            boolean fits =
                    control != null
                            && control.task().state() == TaskState.RUNNING
                            && !isVerified(task);
            if (fits) {
                start(control, Kind.SCHEDULED, "schedule", planned.plan().options());
                plans.put(task, new Planned(planned.plan(), next(task, planned.plan())));
            }
        });
        long nanos = System.nanoTime();
        for (ContinuousCheck check : checks.values()) {
            boolean runs = check.control().task().state() == TaskState.RUNNING;
            if (runs && check.takeTurn(nanos)) {
                rounds.execute(() -> round(check));
            }
        }
    }

    private void round(ContinuousCheck check) {
        Numbers before = check.now().numbers();
        check.round();
        VerificationRun run = check.now();
        boolean mine = checks.get(run.task()) == check;
        if (mine && !run.numbers().equals(before)) {
            table.put(run);
            observer.verified(check.control().task(), run);
        }
    }

    @Override
    public void changed(Task before, Task after) {
        if (after.state() == TaskState.RELEASED || after.state() == TaskState.NOT_CONFIGURED) {
            jobs.values().stream()
                    .filter(job -> job.control().task().id().equals(after.id()))
                    .forEach(VerificationJob::cancel);
        }
        if (after.state() == TaskState.RELEASED) {
            plans.remove(after.id());
            ContinuousCheck check = checks.remove(after.id());
            if (check != null) {
                check.stop();
            }
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
    public void close() throws InterruptedException {
        jobs.values().forEach(VerificationJob::leave);
        checks.values().forEach(ContinuousCheck::stop);
        rounds.shutdownNow();
        runs.shutdown();
        if (!runs.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            runs.shutdownNow();
        }
    }
}
