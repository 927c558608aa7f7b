package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.RunningTask;
import io.syncline.server.report.Output;
import io.syncline.server.report.Reporter;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Meter;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Proof;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One link from start to end, with somebody watching.
///
/// The link runs on a thread of its own; the thread that calls [#run()] is the only one that talks
/// to the reporter, so reporters need no lock and a slow terminal never holds up the link, save
/// when it lags [#MAX_WAITING] events behind.
public final class LinkRun {
    private static final int MAX_WAITING = 10_000;

    /// Long enough for a target to answer a full window; then the process ends anyway. Nothing is
    /// lost: the checkpoint in the target stands.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private sealed interface Message {
        void tell(Reporter reporter);

        record Event(LinkEvent event) implements Message {
            @Override
            public void tell(Reporter reporter) {
                reporter.happened(event);
            }
        }

        record Say(String text) implements Message {
            @Override
            public void tell(Reporter reporter) {
                reporter.say(text);
            }
        }

        record Proved(Proof proof) implements Message {
            @Override
            public void tell(Reporter reporter) {
                reporter.proved(proof);
            }
        }

        /// @param failure why, when it did not end by itself
        record End(Link.Outcome outcome, @Nullable Failure failure) implements Message {
            /// Told with what was measured last, by [#finish(End)].
            @Override
            public void tell(Reporter reporter) {}
        }
    }

    private final LinkOptions options;
    private final Reporter reporter;
    private final RunningTask link;
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>(MAX_WAITING);
    private final Meter meter = new Meter();
    private final long begun = System.nanoTime();
    private volatile boolean interrupted;
    private volatile boolean abandoned;

    /// Whether the link ended because of an option, which only it could judge.
    private volatile boolean badOption;

    /// A failure that the link knows nothing of.
    private volatile @Nullable Failure foreign;

    public LinkRun(LinkOptions options, Reporter reporter) {
        this(options, reporter, events -> new Link(options, events));
    }

    /// @param maker makes the task, given who hears of its events
    LinkRun(
            LinkOptions options,
            Reporter reporter,
            Function<Consumer<LinkEvent>, RunningTask> maker) {
        this.options = options;
        this.reporter = reporter;
        this.link = maker.apply(this::happened);
    }

    private void happened(LinkEvent event) {
        if (event instanceof LinkEvent.Failed failed) {
            badOption = failed.failure().code() == ErrorCode.BAD_OPTION;
        }
        put(new Message.Event(event));
    }

    /// Blocks until the link has ended.
    public ExitCode run() {
        Thread.ofPlatform().name("syncline-link").daemon().start(this::runLink);
        try {
            reporter.started(options);
            Message.@Nullable End end = watch();
            return end == null ? finish(Ending.Kind.INTERRUPTED) : finish(end);
        } catch (Output.Closed e) {
            // Nobody listens any more: what a broken pipe means to every other program.
            return stopUnwatched();
        } catch (InterruptedException e) {
            return stopUnwatched();
        }
    }

    /// Ends the run cleanly, as Ctrl-C does. From any thread; returns at once.
    public void interrupt() {
        interrupted = true;
        Thread.ofPlatform().name("syncline-stop").daemon().start(link::stop);
    }

    /// Ends the run cleanly because all is done. From any thread; returns at once.
    public void finish() {
        Thread.ofPlatform().name("syncline-stop").daemon().start(link::stop);
    }

    /// Tells the reporter something, in its turn. From any thread.
    public void say(String text) {
        put(new Message.Say(text));
    }

    /// Shows what the demonstration found. From any thread.
    public void proved(Proof proof) {
        put(new Message.Proved(proof));
    }

    /// Ends the run as failed. From any thread; returns at once.
    public void fail(Failure failure) {
        foreign = failure;
        finish();
    }

    private void runLink() {
        Message.End end;
        try {
            end = new Message.End(link.run(), null);
        } catch (SynclineException e) {
            end = new Message.End(Link.Outcome.FAILED, e.failure());
        } catch (RuntimeException | Error e) {
            // The top of the thread: whatever it is, it must reach the user as a failure.
            end = new Message.End(Link.Outcome.FAILED, Bugs.failure(e));
        }
        put(end);
    }

    private void put(Message message) {
        try {
            // Once nobody watches, events have no reader, and the link must not wait for one.
            while (!messages.offer(message, 100, TimeUnit.MILLISECONDS) && !abandoned) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return null when the link did not stop within the limit
    private Message.@Nullable End watch() throws InterruptedException {
        // The first look is what the first rate is measured from.
        reporter.progressed(measure());
        long interval = reporter.interval().toNanos();
        long next = System.nanoTime() + interval;
        long deadline = Long.MAX_VALUE;
        while (true) {
            long now = System.nanoTime();
            if (interrupted && deadline == Long.MAX_VALUE) {
                deadline = now + STOP_LIMIT.toNanos();
            }
            if (now >= deadline) {
                return null;
            }
            if (now >= next) {
                reporter.progressed(measure());
                next = now + interval;
            }
            Message message =
                    messages.poll(Math.min(next, now + interval) - now, TimeUnit.NANOSECONDS);
            if (message instanceof Message.End end) {
                return end;
            }
            if (message != null) {
                message.tell(reporter);
            }
        }
    }

    private Progress measure() {
        return meter.measure(Duration.ofNanos(System.nanoTime() - begun), link.status());
    }

    private ExitCode finish(Message.End end) {
        Failure other = foreign;
        if (other != null) {
            reporter.failed(other);
            return finish(Ending.Kind.FAILED);
        }
        if (end.failure() != null) {
            reporter.failed(end.failure());
            badOption = end.failure().code() == ErrorCode.BAD_OPTION;
        }
        if (badOption) {
            reporter.ended(Ending.Kind.FAILED, ExitCode.USAGE.number(), measure());
            return ExitCode.USAGE;
        }
        return finish(
                switch (end.outcome()) {
                    case DONE -> Ending.Kind.DONE;
                    case STOPPED -> interrupted ? Ending.Kind.INTERRUPTED : Ending.Kind.DONE;
                    case PRECHECK_FAILED -> Ending.Kind.PRECHECK_FAILED;
                    case FAILED -> Ending.Kind.FAILED;
                });
    }

    private ExitCode finish(Ending.Kind kind) {
        ExitCode code = ExitCode.of(kind);
        reporter.ended(kind, code.number(), measure());
        return code;
    }

    private ExitCode stopUnwatched() {
        abandoned = true;
        link.stop();
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        boolean ended = false;
        try {
            while (!ended && System.nanoTime() < deadline) {
                // Empty the queue, so that a link that waits for room goes on and ends.
                ended = messages.poll(100, TimeUnit.MILLISECONDS) instanceof Message.End;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.INTERRUPTED;
    }
}
