package io.syncline.engine.link;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Precheck;
import io.syncline.engine.target.StoppedException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One direction of a task, from start to end, in this process.
///
/// ```java
/// Link link = new Link(options, events);
/// Link.Outcome outcome = link.run(); // blocks; stop() from another thread ends it cleanly
/// ```
public final class Link implements RunningTask {
    /// How a run ended.
    public enum Outcome {
        /// As the options say: caught up, or snapshot done.
        DONE,
        /// By [#stop()].
        STOPPED,
        /// A precheck found an error; nothing was written.
        PRECHECK_FAILED,
        /// A [LinkEvent.Failed] was sent.
        FAILED
    }

    private final LinkOptions options;
    private final Consumer<LinkEvent> events;
    private final Sides sides;
    private final LinkHooks hooks;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final StopLimit stopLimit;
    private volatile @Nullable LinkRun running;

    /// Prepares a link; connects to nothing yet.
    public Link(LinkOptions options, Consumer<LinkEvent> events) {
        this(options, events, LinkHooks.NONE);
    }

    /// As above, with a hand in what happens.
    public Link(LinkOptions options, Consumer<LinkEvent> events, LinkHooks hooks) {
        this.options = options;
        this.hooks = hooks;
        this.events = events;
        this.sides = new Sides(options);
        this.stopLimit = new StopLimit(sides::cut);
    }

    /// Only looks: connects to both sides and reports every check.
    @Override
    public List<Finding> precheck() {
        Precheck.Former former = sides.formerRun();
        Precheck precheck =
                new Precheck(
                                sides.source(),
                                sides.target(),
                                options.databases(),
                                options.onExisting() == LinkOptions.OnExisting.OVERWRITE,
                                former != null)
                        .task(options.task())
                        .commands(options.commands().names())
                        .former(former)
                        .rules(options.rules());
        if (options.source().isFile()) {
            precheck.file(sides::inspection);
        } else if (options.sourceMode() instanceof LinkOptions.SourceMode.Scan scan) {
            precheck.scan(scan.setsNotifications());
        } else {
            precheck.spool(options.spool().directory(), options.spool().diskBytes());
        }
        return precheck.run(finding -> {
            if (!isStopped()) {
                events.accept(new LinkEvent.Checked(finding));
            }
        });
    }

    /// Runs until the end that the options name, [#stop()], or a failure.
    @Override
    public Outcome run() {
        try {
            return work();
        } finally {
            stopLimit.end();
        }
    }

    private Outcome work() {
        try {
            Starting starting = new Starting(options, events, stopped);
            starting.at(LinkEvent.Side.TARGET, sides::awaitTarget);
            starting.at(LinkEvent.Side.SOURCE, sides::awaitSource);
            boolean bad = precheck().stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR);
            if (isStopped()) {
                return stoppedEarly();
            }
            if (bad) {
                return Outcome.PRECHECK_FAILED;
            }
            LinkRun run = new LinkRun(options, sides, events, hooks, starting, stopLimit);
            running = run;
            if (isStopped()) {
                run.stop();
            }
            return end(run.await(), run);
        } catch (StoppedException e) {
            return stoppedEarly();
        } catch (SynclineException e) {
            return isStopped() ? stoppedEarly() : fail(e.failure());
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private Outcome stoppedEarly() {
        events.accept(new LinkEvent.Ended("stopped"));
        return Outcome.STOPPED;
    }

    private Outcome end(@Nullable Failure failure, LinkRun run) {
        if (failure != null) {
            return fail(failure);
        }
        boolean done = run.isDone();
        events.accept(new LinkEvent.Ended(done ? "done" : "stopped"));
        return done ? Outcome.DONE : Outcome.STOPPED;
    }

    private Outcome fail(Failure failure) {
        events.accept(new LinkEvent.Failed(failure));
        return Outcome.FAILED;
    }

    /// Ends a run cleanly: what was sent is answered and checkpointed. May be called from any
    /// thread.
    @Override
    public void stop() {
        stopped.countDown();
        stopLimit.begin();
        LinkRun run = running;
        if (run == null) {
            // Nothing is on its way yet, and a side that does not answer is not waited for.
            sides.cut();
        } else {
            run.stop();
        }
    }

    /// Changes the ceilings of a link that runs, at once; 0 is none. One that does not run yet
    /// keeps those of its options.
    public void throttle(long commandsPerSecond, long bytesPerSecond) {
        LinkRun run = running;
        if (run != null) {
            run.throttle(commandsPerSecond, bytesPerSecond);
        }
    }

    /// The numbers of this moment.
    @Override
    public LinkStatus status() {
        LinkRun run = running;
        return run == null ? new LinkStatus(List.of(), "") : run.status();
    }
}
