package io.syncline.server.verification;

import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Schedule;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.model.VerificationRun.Kind;
import io.syncline.server.model.VerificationRun.Numbers;
import io.syncline.server.model.VerificationRun.State;
import io.syncline.server.store.VerificationTable;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.TaskObserver;
import io.syncline.server.task.Tasks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// What of each task is verified again and again: when a run is due, and the continuous one.
final class VerificationPlans {
    /// Rounds of continuous ones at once: each is short.
    private static final int MAX_ROUNDS = 2;

    /// Among so many of the newest runs is the last one by schedule, if there was one.
    private static final int NEWEST = 50;

    private final VerificationTable table;
    private final Tasks tasks;
    private final TaskObserver observer;
    private final VerificationFiles files;
    private final Map<String, Planned> plans = new ConcurrentHashMap<>();
    private final Map<String, ContinuousCheck> checks = new ConcurrentHashMap<>();
    private final ExecutorService rounds =
            Executors.newFixedThreadPool(
                    MAX_ROUNDS,
                    Thread.ofPlatform().name("continuous-verification-", 0).daemon().factory());

    /// A plan, and when it is due; null: never.
    private record Planned(VerificationPlan plan, @Nullable Instant next) {}

    VerificationPlans(
            VerificationTable table, Tasks tasks, TaskObserver observer, VerificationFiles files) {
        this.table = table;
        this.tasks = tasks;
        this.observer = observer;
        this.files = files;
    }

    /// Reads what an earlier process kept.
    void resume() {
        for (TaskControl control : tasks.all()) {
            String task = control.task().id();
            VerificationPlan plan = table.plan(task);
            if (!plan.equals(VerificationPlan.NONE)) {
                plans.put(task, new Planned(plan, next(task, plan)));
            }
        }
    }

    /// Goes on with a continuous one that an earlier process began.
    void goOn(VerificationRun run, TaskControl control) {
        VerificationPlan plan = of(run.task());
        checks.put(run.task(), new ContinuousCheck(run, plan, control, tasks, files));
        tasks.sample(control).rate(plan.every());
    }

    VerificationPlan of(String task) {
        Planned planned = plans.get(task);
        return planned == null ? VerificationPlan.NONE : planned.plan();
    }

    /// When the next run is due; null: never.
    @Nullable Instant next(String task) {
        Planned planned = plans.get(task);
        return planned == null ? null : planned.next();
    }

    private @Nullable Instant next(String task, VerificationPlan plan) {
        Instant last =
                table.of(task, NEWEST).stream()
                        .filter(run -> run.kind() == Kind.SCHEDULED)
                        .map(VerificationRun::created)
                        .findFirst()
                        .orElse(Instant.EPOCH);
        Instant since = Instant.ofEpochMilli(plan.sinceMillis());
        return Schedule.parse(plan.schedule()).next(last.isAfter(since) ? last : since);
    }

    /// What makes a run, if it is the continuous one of its task; null otherwise.
    @Nullable ContinuousCheck continuous(VerificationRun run) {
        ContinuousCheck check = checks.get(run.task());
        return check != null && check.now().id().equals(run.id()) ? check : null;
    }

    /// The continuous one of a task; null for none.
    @Nullable VerificationRun continuous(String task) {
        ContinuousCheck check = checks.get(task);
        return check == null ? null : check.now();
    }

    VerificationPlan change(TaskControl control, VerificationPlan given) {
        Task task = control.task();
        if (given.options().containsKey("repair") || given.options().containsKey("delete-extra")) {
            throw Problem.badRequest(
                    "repair",
                    "a repair is not done by a schedule",
                    "Look at the differences, and verify once with repair");
        }
        tasks.verifyOptions(task, given.options(), null);
        VerificationPlan before = of(task.id());
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
        return plan;
    }

    /// Switches the continuous verification on, over or off.
    private synchronized void continuous(TaskControl control, VerificationPlan plan) {
        String task = control.task().id();
        ContinuousCheck before = checks.remove(task);
        tasks.sample(control).rate(plan.every());
        if (plan.every() > 0) {
            VerificationRun run = before == null ? begun(task, plan) : before.now();
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

    private VerificationRun begun(String task, VerificationPlan plan) {
        VerificationRun run =
                VerificationRun.begun(
                        task,
                        Kind.INCREMENTAL,
                        Verifications.BY_SCHEDULE,
                        plan.options(),
                        State.RUNNING,
                        tasks.now());
        table.put(run);
        return run;
    }

    /// The tasks that run and whose time has come.
    List<TaskControl> due() {
        Instant now = tasks.now();
        List<TaskControl> due = new ArrayList<>();
        for (TaskControl control : tasks.all()) {
            Instant next = next(control.task().id());
            boolean comes = next != null && !next.isAfter(now);
            if (comes && control.task().state() == TaskState.RUNNING) {
                due.add(control);
            }
        }
        return due;
    }

    /// A run by schedule was begun: the next one is due later.
    void begun(String task) {
        plans.computeIfPresent(
                task, (key, planned) -> new Planned(planned.plan(), next(task, planned.plan())));
    }

    /// Begins the rounds that are due.
    void rounds() {
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

    void forget(String task) {
        plans.remove(task);
        ContinuousCheck check = checks.remove(task);
        if (check != null) {
            check.stop();
        }
    }

    void close() {
        checks.values().forEach(ContinuousCheck::stop);
        rounds.shutdownNow();
    }
}
