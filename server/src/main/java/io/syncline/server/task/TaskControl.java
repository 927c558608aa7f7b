package io.syncline.server.task;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.twoway.Site;
import io.syncline.server.lifecycle.DirectionAction;
import io.syncline.server.lifecycle.Effect;
import io.syncline.server.lifecycle.Lifecycle;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.lifecycle.Transition;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.store.Store;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One task in this process: holds its state, stores every change, and does what follows from it.
///
/// The lock guards the state and its row, and keeps effects in the order of the changes: a stop
/// that came behind the start it did not mean would leave a task without a link. So effects only
/// begin what they do: what takes long is done on [TaskWorker]'s thread, one after the other.
public final class TaskControl {
    /// How long who asks for a stop waits for its link, at most: one without an answer from its
    /// servers ends behind.
    private static final long STOP_NANOS = Duration.ofSeconds(5).toNanos();

    private final TaskContext context;
    private final TaskWorker worker;
    private final Object lock = new Object();
    private Task task;
    private boolean unstored;

    TaskControl(Task task, TaskContext context) {
        this.task = task;
        this.context = context;
        this.worker = new TaskWorker(this, context);
    }

    public Task task() {
        synchronized (lock) {
            return task;
        }
    }

    /// A user's action.
    ///
    /// @param by who asks, for the log
    /// @param change what else becomes different with it
    Task ask(TaskAction action, String by, UnaryOperator<Task> change) {
        return ask(action, by, change, null);
    }

    /// Goes on with a two-way task by replacing one side's data.
    ///
    /// @param from whose data both sides will have
    Task resync(Site from, String by) {
        return ask(TaskAction.RESUME, by, UnaryOperator.identity(), from);
    }

    private Task ask(
            TaskAction action, String by, UnaryOperator<Task> change, @Nullable Site resyncFrom) {
        Task before;
        Task after;
        Transition transition;
        synchronized (lock) {
            before = task;
            transition = Lifecycle.step(before.standing(), new TaskEvent.Asked(action));
            if (!transition.accepted() || !before.allowedActions().contains(action)) {
                throw notNow(action, before);
            }
            String reason = before.reason();
            String remedy = before.remedy();
            if (transition.next().state() != before.state()) {
                reason = action.words() + " by " + by;
                remedy = "";
            }
            after = change.apply(before);
            after = after.at(transition.next(), sinceOf(before, transition), reason, remedy);
            store(after);
            effects(before, transition, resyncFrom);
        }
        log(before, after);
        if (transition.effects().contains(Effect.STOP_LINK) && !after.state().isActive()) {
            // Who is told "paused" relies on that nothing more is written.
            worker.awaitLink(System.nanoTime() + STOP_NANOS);
        }
        return after;
    }

    /// Fails unless an action is allowed now.
    void require(TaskAction action) {
        Task now = task();
        if (!now.allowedActions().contains(action)) {
            throw notNow(action, now);
        }
    }

    private static Problem notNow(TaskAction action, Task task) {
        String allowed =
                task.allowedActions().stream()
                        .map(TaskAction::code)
                        .collect(Collectors.joining(", "));
        return new Problem(
                Problem.Code.NOT_NOW,
                "task " + task.id(),
                "a task that is " + task.state().words() + " cannot be asked to " + action.code(),
                allowed.isEmpty() ? "Nothing can be done with it" : "Allowed now: " + allowed);
    }

    /// Something happened.
    ///
    /// @param reason why, in words; empty when the event says all
    void happen(TaskEvent event, String reason, String remedy) {
        Task before;
        Task after;
        Transition transition;
        synchronized (lock) {
            before = task;
            transition = Lifecycle.step(before.standing(), event);
            if (!transition.accepted()) {
                return;
            }
            if (transition.next().equals(before.standing()) && transition.effects().isEmpty()) {
                return;
            }
            // Names of keys stand in reasons, and may be anything.
            String plain = Names.plain(reason);
            after = before.at(transition.next(), sinceOf(before, transition), plain, remedy);
            task = after;
            unstored = !isStored(after);
            effects(before, transition, null);
        }
        log(before, after);
    }

    /// What has happened has happened: a store that is away does not stop data, and takes the state
    /// when it is back. What a user asks for is refused meanwhile.
    private boolean isStored(Task after) {
        try {
            context.tasks().put(after);
            return true;
        } catch (RuntimeException e) {
            storeTrouble(after, e);
            return false;
        }
    }

    private void storeTrouble(Task of, RuntimeException e) {
        if (!Store.isAway(e)) {
            throw e;
        }
        context.logger(of.id()).log(System.Logger.Level.WARNING, "the store is away", e);
    }

    void happen(TaskEvent event) {
        happen(event, "", "");
    }

    private Instant sinceOf(Task before, Transition transition) {
        return transition.next().state() == before.state()
                ? before.since()
                : context.clock().instant();
    }

    /// Changes what is no state.
    Task change(UnaryOperator<Task> change) {
        synchronized (lock) {
            store(change.apply(task));
            return task;
        }
    }

    /// Asks one direction for something, at once.
    void direct(Direction direction, DirectionAction action, UnaryOperator<Task> change) {
        synchronized (lock) {
            Directions.require(task, direction, action);
            store(change.apply(task));
        }
        worker.tellDirections();
    }

    private void store(Task after) {
        context.tasks().put(after);
        task = after;
        unstored = false;
    }

    private void storeLate() {
        synchronized (lock) {
            unstored = unstored && !isStored(task);
        }
    }

    private void log(Task before, Task after) {
        if (before.state() == after.state()) {
            return;
        }
        Level level =
                switch (after.state()) {
                    case FAILED, PRECHECK_FAILED -> Level.ERROR;
                    case RETRYING -> Level.WARNING;
                    case NOT_CONFIGURED,
                            NOT_STARTED,
                            PRECHECKING,
                            PRECHECK_PASSED,
                            INITIALIZING,
                            RUNNING,
                            PAUSED,
                            MODIFYING,
                            COMPLETED,
                            RELEASED ->
                            Level.INFO;
                };
        String text =
                before.state().words()
                        + " to "
                        + after.state().words()
                        + (after.reason().isEmpty() ? "" : ": " + after.reason());
        entry(level, "state", text, after.remedy());
        try {
            context.observer().changed(before, after);
        } catch (RuntimeException e) {
            // Who watches is told, and stops nothing.
            storeTrouble(after, e);
        }
    }

    /// Adds a line to the task's log.
    void entry(Level level, String kind, String text, String remedy) {
        Task of = task();
        String id = of.id();
        try {
            String plain = Names.plain(text);
            context.log().add(id, context.clock().instant(), level, kind, plain, remedy);
        } catch (RuntimeException e) {
            storeTrouble(of, e);
        }
        System.Logger.Level severity =
                switch (level) {
                    case INFO -> System.Logger.Level.INFO;
                    case WARNING -> System.Logger.Level.WARNING;
                    case ERROR -> System.Logger.Level.ERROR;
                };
        context.logger(id).log(severity, kind + ": " + Names.plain(text));
    }

    private void effects(Task before, Transition transition, @Nullable Site resyncFrom) {
        for (Effect effect : transition.effects()) {
            switch (effect) {
                case STOP_LINK -> worker.stopLink();
                case START_LINK -> worker.startLink(resyncFrom);
                case RUN_PRECHECK -> worker.precheck();
                case SWEEP -> worker.sweep(before);
                case FORGET -> worker.forget();
            }
        }
    }

    void failed(Failure failure) {
        happen(new TaskEvent.LinkFailed(), Faults.told(failure), Faults.remedy(failure));
    }

    /// Ceilings for a link that runs; 0 is none.
    void throttle(long commandsPerSecond, long bytesPerSecond) {
        worker.throttle(commandsPerSecond, bytesPerSecond);
    }

    /// Measures the link that runs, and notices what no event told.
    void tick() {
        storeLate();
        Retry retry = retry();
        if (retry != null && retry.elapsedSeconds() >= retry.limitSeconds()) {
            giveUp(retry);
        }
        Progress progress = worker.measure();
        if (progress != null) {
            try {
                context.observer().measured(task(), progress);
            } catch (RuntimeException e) {
                // Other tasks are still to be measured.
                storeTrouble(task(), e);
            }
        }
    }

    /// The link gives up by itself at the limit it was started with; since then another task may
    /// have been given a shorter one for the same instance.
    private void giveUp(Retry retry) {
        worker.stopLink();
        failed(
                new Failure(
                        ErrorCode.RETRY_EXHAUSTED,
                        retry.place(),
                        "given up after "
                                + Numbers.seconds(retry.elapsedSeconds())
                                + ": "
                                + retry.reason(),
                        "When the " + retry.side() + " is back, resume; nothing is lost"));
    }

    /// The newest numbers; null while no link runs.
    public @Nullable Progress progress() {
        return worker.progress();
    }

    /// The last precheck; while one runs, what it has found so far.
    public List<CheckResult> checks() {
        Task now = task();
        return now.state() == TaskState.PRECHECKING
                ? worker.found()
                : context.log().checks(now.id());
    }

    /// What is being tried again; null for nothing.
    public @Nullable Retry retry() {
        Task now = task();
        Retry retry = now.state() == TaskState.RETRYING ? worker.retry() : null;
        return retry == null ? null : retry.within(context.options().retryMinutes(now) * 60L);
    }

    /// How many keys of a two-way task both sides had written.
    public long conflicts() {
        return context.conflicts().count(task().id());
    }

    /// Ends the link without a change of state: the next process goes on with it.
    void leave() {
        worker.stopLink();
    }

    void awaitEnd(long deadlineNanos) throws InterruptedException {
        worker.awaitEnd(deadlineNanos);
    }
}
