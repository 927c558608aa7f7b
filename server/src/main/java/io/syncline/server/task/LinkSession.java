package io.syncline.server.task;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.link.RunningTask;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.pair.PairTask;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.twoway.Site;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Task;
import io.syncline.server.view.Meter;
import io.syncline.server.view.Progress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// From a task's start to its pause or end: runs a link, and another one after a fault that may
/// pass by itself.
final class LinkSession {
    /// The first pause after a fault; the next ones are longer.
    private static final long PAUSE_MILLIS = 1_000;

    private static final long LONGEST_PAUSE_MILLIS = 15_000;

    private final TaskControl control;
    private final TaskContext context;
    private final LinkEvents events;
    private final Meter meter = new Meter();
    private final long begunNanos = System.nanoTime();
    private final @Nullable Site resyncFrom;
    private volatile @Nullable RunningTask link;
    private volatile @Nullable Progress progress;
    private volatile @Nullable Retry retry;
    private volatile boolean stopped;

    /// Prepares a session.
    ///
    /// @param resyncFrom whose data replace the other side's at the start; null for none
    LinkSession(TaskControl control, TaskContext context, @Nullable Site resyncFrom) {
        this.control = control;
        this.context = context;
        this.resyncFrom = resyncFrom;
        this.events = new LinkEvents(control, context, this::isStreaming);
    }

    /// How one link ended.
    ///
    /// @param failure why, when it did not end as it should
    private record End(Link.Outcome outcome, @Nullable Failure failure) {}

    /// Which side a fault is at; `task` for what is at neither.
    private String side(Task task, Failure failure) {
        try {
            if (names(context.options().source(task), failure)) {
                return "source";
            }
            return names(context.options().target(task), failure) ? "target" : "task";
        } catch (RuntimeException e) {
            // The role over it was revoked, or the store is away: then no side is.
            context.logger(task.id()).log(System.Logger.Level.DEBUG, "side", e);
            return "task";
        }
    }

    private static boolean names(Endpoint endpoint, Failure failure) {
        return endpoint.addresses().stream()
                .anyMatch(address -> failure.place().contains(address.toString()));
    }

    void run() {
        try {
            repeat();
        } finally {
            context.conflicts().rest(control.task().id());
        }
    }

    private void repeat() {
        long troubleNanos = 0;
        int tries = 0;
        while (true) {
            long startNanos = System.nanoTime();
            End end = runOnce();
            if (stopped || end.outcome() == Link.Outcome.STOPPED) {
                control.happen(new TaskEvent.LinkStopped());
                return;
            }
            Failure failure = end.failure();
            if (failure == null) {
                control.happen(new TaskEvent.LinkDone(), "everything was copied", "");
                return;
            }
            if (tries == 0 || events.streamedSince(startNanos)) {
                troubleNanos = System.nanoTime();
                tries = 0;
            }
            tries++;
            if (!mayRetry(failure, tries, Duration.ofNanos(System.nanoTime() - troubleNanos))) {
                control.failed(failure);
                return;
            }
        }
    }

    private End runOnce() {
        List<Finding> findings = new CopyOnWriteArrayList<>();
        try {
            Task task = control.task();
            RunningTask mine =
                    context.options()
                            .running(
                                    task,
                                    new LinkHooks(
                                            context.samples().of(task.id()),
                                            refused -> context.log().skips(task.id(), refused),
                                            task.copyAgain() ? "databases were added" : ""),
                                    // Once the copy has begun, the sides know themselves that it
                                    // must be finished.
                                    events.hasCopied() ? null : resyncFrom,
                                    event -> {
                                        if (event instanceof LinkEvent.Checked checked) {
                                            findings.add(checked.finding());
                                        }
                                        events.accept(event);
                                    },
                                    conflict -> context.conflicts().add(task.id(), conflict));
            link = mine;
            tellDirections();
            if (stopped) {
                return new End(Link.Outcome.STOPPED, null);
            }
            Link.Outcome outcome = mine.run();
            return new End(
                    outcome,
                    switch (outcome) {
                        case DONE, STOPPED -> null;
                        case PRECHECK_FAILED -> Faults.of(findings);
                        case FAILED -> events.failure();
                    });
        } catch (SynclineException e) {
            return new End(Link.Outcome.FAILED, e.failure());
        } catch (RuntimeException | Error e) {
            context.logger(control.task().id()).log(System.Logger.Level.ERROR, "link", e);
            return new End(Link.Outcome.FAILED, Faults.of(e));
        } finally {
            link = null;
        }
    }

    /// Decides, says so, and waits.
    ///
    /// @param odd since the first of these links ended
    private boolean mayRetry(Failure failure, int tries, Duration odd) {
        Task task = control.task();
        Duration elapsed = odd;
        Duration limit = Duration.ZERO;
        switch (Faults.judge(failure)) {
            case AWAY -> {
                // What the engine has waited before it gave up counts.
                elapsed = events.away();
                limit = Duration.ofMinutes(context.options().retryMinutes(task));
            }
            case ODD -> limit = Duration.ofMinutes(TaskSettings.retryOtherMinutes(task.settings()));
            case FINAL -> {}
        }
        if (elapsed.compareTo(limit) >= 0) {
            return false;
        }
        retry =
                new Retry(
                        side(task, failure),
                        failure.place(),
                        tries,
                        elapsed.toSeconds(),
                        limit.toSeconds(),
                        failure.reason());
        control.happen(new TaskEvent.TroubleBegan(), Faults.told(failure), failure.remedy());
        return pause(tries);
    }

    /// @return false when the session was stopped meanwhile
    private synchronized boolean pause(int tries) {
        long millis = Math.min(LONGEST_PAUSE_MILLIS, PAUSE_MILLIS << Math.min(tries - 1, 10));
        long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        try {
            for (long left = millis;
                    left > 0 && !stopped;
                    left = (until - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
        return true;
    }

    void stop() {
        RunningTask running;
        synchronized (this) {
            stopped = true;
            notifyAll();
            running = link;
        }
        if (running != null) {
            running.stop();
        }
    }

    void throttle(long commandsPerSecond, long bytesPerSecond) {
        if (link instanceof Link running) {
            running.throttle(commandsPerSecond, bytesPerSecond);
        }
    }

    /// Tells a two-way task what is asked of its directions now: the last to tell tells the newest.
    synchronized void tellDirections() {
        if (link instanceof PairTask pair) {
            Directions.tell(pair, control.task());
        }
    }

    private boolean isStreaming() {
        RunningTask running = link;
        return running != null && isStreaming(running.status());
    }

    private static boolean isStreaming(LinkStatus status) {
        return !status.shards().isEmpty()
                && status.shards().stream().allMatch(s -> s.phase() == Phase.STREAMING);
    }

    /// Takes the numbers of this moment, and notices what no single event tells: that all pipelines
    /// stream, that no side is away any more.
    @Nullable Progress measure() {
        RunningTask running = link;
        if (running == null) {
            return null;
        }
        LinkStatus status = running.status();
        if (status.shards().isEmpty()) {
            return null;
        }
        Progress measured = meter.measure(Duration.ofNanos(System.nanoTime() - begunNanos), status);
        progress = measured;
        TaskState state = control.task().state();
        if (status.retrying().isEmpty()) {
            boolean behind = state == TaskState.INITIALIZING || state == TaskState.RETRYING;
            if (behind && isStreaming(status)) {
                events.streaming();
            } else if (state == TaskState.RETRYING) {
                control.happen(new TaskEvent.TroubleOver());
            }
        }
        return measured;
    }

    @Nullable Progress progress() {
        return progress;
    }

    @Nullable Retry retry() {
        Retry inner = events.retry();
        return inner == null ? retry : inner;
    }
}
