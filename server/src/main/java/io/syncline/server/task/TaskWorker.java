package io.syncline.server.task;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.target.Sweeper;
import io.syncline.engine.twoway.Site;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.view.Progress;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Does a task's long work on one thread, one after the other: prechecks, the link, sweeping.
///
/// The thread exists only while there is work, so hundreds of paused tasks cost nothing. A stop
/// passes what waits: it ends the link that runs and voids starts that have not begun.
final class TaskWorker {
    private final TaskControl control;
    private final TaskContext context;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private @Nullable Thread thread;
    private long stops;
    private volatile @Nullable LinkSession session;
    private volatile List<CheckResult> found = List.of();

    TaskWorker(TaskControl control, TaskContext context) {
        this.control = control;
        this.context = context;
    }

    /// Starts the link, behind what is being done.
    ///
    /// @param resyncFrom as [LinkSession] takes it
    synchronized void startLink(@Nullable Site resyncFrom) {
        long begun = stops;
        submit(() -> runLink(begun, resyncFrom));
    }

    void precheck() {
        submit(this::runPrecheck);
    }

    /// Removes what a task, as it was, keeps in its target.
    void sweep(Task task) {
        submit(() -> runSweep(task));
    }

    void forget() {
        String id = control.task().id();
        submit(() -> {
            context.log().forget(id);
            context.conflicts().forget(id);
            context.samples().forget(id);
        });
    }

    void stopLink() {
        LinkSession running;
        synchronized (this) {
            stops++;
            running = session;
        }
        if (running != null) {
            // On a thread of its own: a stop waits for sockets, and whoever asks should not.
            Thread.ofPlatform().name("stop-" + control.task().id()).daemon().start(running::stop);
        }
    }

    private synchronized boolean isVoid(long begun) {
        return stops != begun;
    }

    private synchronized void submit(Runnable work) {
        waiting.addLast(work);
        if (thread == null) {
            thread =
                    Thread.ofPlatform()
                            .name("task-" + control.task().id())
                            .daemon()
                            .start(this::work);
        }
    }

    private void work() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = waiting.pollFirst();
                if (next == null) {
                    thread = null;
                    notifyAll();
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException | Error e) {
                // The top of the thread: the task says what happened, and other tasks go on.
                context.logger(control.task().id()).log(System.Logger.Level.ERROR, "bug", e);
                control.failed(Faults.of(e));
            }
        }
    }

    synchronized void awaitEnd(long deadlineNanos) throws InterruptedException {
        while (thread != null) {
            long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return;
            }
            wait(millis);
        }
    }

    /// Waits until the link has ended, or a time.
    synchronized void awaitLink(long deadlineNanos) {
        try {
            for (long left = deadlineNanos - System.nanoTime();
                    session != null && left > 0;
                    left = deadlineNanos - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runLink(long begun, @Nullable Site resyncFrom) {
        LinkSession mine = new LinkSession(control, context, resyncFrom);
        synchronized (this) {
            session = mine;
        }
        try {
            Finding loops = context.options().loops(control.task());
            if (!isVoid(begun) && isError(loops)) {
                control.failed(Faults.of(List.of(loops)));
            } else if (!isVoid(begun) && control.task().state().isActive()) {
                // The session before this one may have failed behind the request for this one.
                mine.run();
            } else {
                control.happen(new TaskEvent.LinkStopped());
            }
        } finally {
            synchronized (this) {
                session = null;
                notifyAll();
            }
        }
    }

    void throttle(long commandsPerSecond, long bytesPerSecond) {
        LinkSession running = session;
        if (running != null) {
            running.throttle(commandsPerSecond, bytesPerSecond);
        }
    }

    void tellDirections() {
        LinkSession running = session;
        if (running != null) {
            running.tellDirections();
        }
    }

    @Nullable Progress measure() {
        LinkSession running = session;
        return running == null ? null : running.measure();
    }

    @Nullable Progress progress() {
        LinkSession running = session;
        return running == null ? null : running.progress();
    }

    @Nullable Retry retry() {
        LinkSession running = session;
        return running == null ? null : running.retry();
    }

    private void runPrecheck() {
        Task task = control.task();
        found = List.of();
        List<Finding> findings;
        try {
            List<Finding> soFar = new ArrayList<>();
            findings =
                    context.options()
                            .running(
                                    task,
                                    LinkHooks.NONE,
                                    null,
                                    event -> {
                                        if (event instanceof LinkEvent.Checked(Finding finding)) {
                                            soFar.add(context.options().worded(task, finding));
                                            found = results(task, soFar);
                                        }
                                    },
                                    conflict -> {})
                            .precheck();
            findings =
                    Stream.concat(findings.stream(), Stream.of(context.options().loops(task)))
                            .map(finding -> context.options().worded(task, finding))
                            .toList();
        } catch (SynclineException e) {
            findings =
                    List.of(
                            new Finding(
                                    "settings",
                                    Finding.Severity.ERROR,
                                    e.failure().place(),
                                    e.failure().code(),
                                    e.failure().reason(),
                                    e.failure().remedy()));
        }
        List<CheckResult> results = results(task, findings);
        context.log().checks(task.id(), results);
        long errors = findings.stream().filter(TaskWorker::isError).count();
        control.happen(
                new TaskEvent.PrecheckEnded(errors == 0),
                errors == 0
                        ? findings.size() + " checks passed"
                        : errors + " of " + findings.size() + " checks failed",
                errors == 0 ? "" : "Do what each failed check says, and precheck again");
    }

    /// What the precheck that runs has found so far.
    List<CheckResult> found() {
        return found;
    }

    private static boolean isError(Finding finding) {
        return finding.severity() == Finding.Severity.ERROR;
    }

    /// What somebody confirmed and is found again in the same words stays confirmed.
    private List<CheckResult> results(Task task, List<Finding> findings) {
        List<CheckResult> before = context.log().checks(task.id());
        List<CheckResult> results = new ArrayList<>();
        for (Finding f : findings) {
            CheckResult old =
                    before.stream()
                            .filter(b ->
                                    b.check().equals(f.check())
                                            && b.place().equals(f.place())
                                            && b.found().equals(f.reason())
                                            && b.confirmedBy() != null)
                            .findFirst()
                            .orElse(null);
            boolean ok = f.severity() == Finding.Severity.OK;
            results.add(
                    new CheckResult(
                            task.id(),
                            results.size(),
                            f.check(),
                            f.severity().name().toLowerCase(Locale.ROOT),
                            f.place(),
                            ok ? "" : f.code().name(),
                            f.reason(),
                            f.remedy(),
                            old == null ? null : old.confirmedBy(),
                            old == null ? null : old.confirmedAt()));
        }
        return results;
    }

    /// A pair keeps its keys at both sides.
    private void runSweep(Task task) {
        sweep(task, "target", context.options()::target);
        if (task.isTwoWay()) {
            sweep(task, "source", context.options()::source);
        }
    }

    private void sweep(Task task, String side, Function<Task, Endpoint> endpoint) {
        try {
            Endpoint swept = endpoint.apply(task);
            Connector connector = new Connector(swept.credentials(), swept.tls(), "syncline:sweep");
            new Sweeper(new Instance(swept, connector, true), task.identity()).sweep();
        } catch (IOException | SynclineException | Problem e) {
            control.entry(
                    Level.WARNING,
                    "sweep",
                    "what the task keeps in its "
                            + side
                            + " was not removed: "
                            + Objects.requireNonNullElse(e.getMessage(), ""),
                    "It does no harm; ./syncline sweep --task "
                            + task.identity()
                            + " removes it later");
        }
    }
}
