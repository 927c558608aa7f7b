package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Verification;
import io.syncline.engine.verify.Verification.Outcome;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.report.DifferenceFile;
import io.syncline.server.report.Output;
import io.syncline.server.report.VerifyReporter;
import io.syncline.server.view.VerifyMeter;
import io.syncline.server.view.VerifyState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One verification from start to end, with somebody watching. As with [LinkRun], the thread that
/// calls [#run()] is the only one that talks to the reporter.
final class VerifyRun implements VerifyListener {
    /// A slow reader of the output holds the comparison up from here on.
    private static final int MAX_WAITING = 10_000;

    /// Something for the reporter, in its turn.
    private sealed interface Message {
        record Say(Runnable words) implements Message {}

        /// @param bug why, when it did not end by itself
        record End(Outcome outcome, @Nullable SynclineException bug) implements Message {}
    }

    private final VerifyOptions options;
    private final @Nullable Path output;
    private final VerifyReporter reporter;
    private final Verification verification;
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>(MAX_WAITING);
    private final VerifyMeter meter = new VerifyMeter();
    private final long begun = System.nanoTime();
    private @Nullable DifferenceFile file;
    private volatile boolean abandoned;

    VerifyRun(VerifyOptions options, @Nullable Path output, VerifyReporter reporter) {
        this.options = options;
        this.output = output;
        this.reporter = reporter;
        this.verification = new Verification(options, this);
    }

    /// Blocks until it has ended.
    ExitCode run() {
        try {
            file = output == null ? null : new DifferenceFile(output);
        } catch (IOException e) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    "--output",
                    "the file '" + output + "' cannot be written: " + e.getMessage(),
                    "Name a file that this user may write");
        }
        return watched();
    }

    private ExitCode watched() {
        Thread thread =
                Thread.ofPlatform().name("syncline-verify").daemon().start(this::runVerification);
        try {
            reporter.started(options);
            return watch();
        } catch (Output.Closed | InterruptedException e) {
            // Nobody listens any more: what a broken pipe means to every other program.
            abandoned = true;
            verification.cancel();
            join(thread);
            return ExitCode.INTERRUPTED;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends it cleanly, as Ctrl-C does. From any thread; returns at once.
    void interrupt() {
        verification.cancel();
    }

    private void runVerification() {
        Message.End end;
        try {
            end = new Message.End(verification.run(), null);
            end = closed(end);
        } catch (SynclineException e) {
            end = new Message.End(Outcome.CANNOT_START, e);
        } catch (RuntimeException | Error e) {
            // The top of the thread: whatever it is, it must reach the user as a failure.
            end = new Message.End(Outcome.FAILED, new SynclineException(Bugs.failure(e)));
        }
        put(end);
    }

    /// What cannot be written in full is no result.
    private Message.End closed(Message.End end) {
        try {
            if (file != null) {
                file.close();
            }
            return end;
        } catch (IOException e) {
            return end.outcome() == Outcome.FAILED
                    ? end
                    : new Message.End(Outcome.FAILED, unwritten(e));
        }
    }

    private SynclineException unwritten(IOException e) {
        return new SynclineException(
                ErrorCode.SPOOL_FULL,
                String.valueOf(output),
                "a difference cannot be written: " + e.getMessage(),
                "Make room, and start again with --resume");
    }

    private ExitCode watch() throws InterruptedException {
        reporter.progressed(measure());
        long interval = reporter.interval().toNanos();
        long next = System.nanoTime() + interval;
        while (true) {
            if (System.nanoTime() >= next) {
                reporter.progressed(measure());
                next = System.nanoTime() + interval;
            }
            Message message = messages.poll(next - System.nanoTime(), TimeUnit.NANOSECONDS);
            switch (message) {
                case null -> {}
                case Message.Say say -> say.words().run();
                case Message.End end -> {
                    return finish(end);
                }
            }
        }
    }

    private ExitCode finish(Message.End end) {
        SynclineException bug = end.bug();
        if (bug != null) {
            reporter.failed(bug.failure());
        }
        boolean usage = bug != null && bug.failure().code() == ErrorCode.BAD_OPTION;
        ExitCode code =
                switch (end.outcome()) {
                    case EQUAL -> ExitCode.DONE;
                    case DIFFERENT -> ExitCode.DIFFERENT;
                    case CANCELLED -> ExitCode.INTERRUPTED;
                    case CANNOT_START -> usage ? ExitCode.USAGE : ExitCode.PRECHECK_FAILED;
                    case FAILED -> ExitCode.FAILED;
                };
        reporter.ended(end.outcome(), code.number(), measure());
        return code;
    }

    private VerifyState measure() {
        return meter.measure(Duration.ofNanos(System.nanoTime() - begun), verification.progress());
    }

    private void say(Runnable words) {
        put(new Message.Say(words));
    }

    private void put(Message message) {
        try {
            // Once nobody watches, events have no reader, and nothing must wait for one.
            while (!messages.offer(message, 100, TimeUnit.MILLISECONDS) && !abandoned) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void differs(Difference difference) {
        try {
            if (file != null) {
                file.add(difference);
            }
        } catch (IOException e) {
            throw unwritten(e);
        }
        say(() -> reporter.differs(difference));
    }

    @Override
    public void warned(String place, String text, String remedy) {
        say(() -> reporter.warned(place, text, remedy));
    }

    @Override
    public void failed(Failure failure) {
        say(() -> reporter.failed(failure));
    }

    @Override
    public void retrying(Fault fault) {
        say(() -> reporter.retrying(fault));
    }

    @Override
    public void recovered(String side, String place, Duration away) {
        say(() -> reporter.recovered(side, place, away));
    }

    @Override
    public long written() {
        try {
            return file == null ? 0 : file.written();
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    @Override
    public void rewind(long written) throws IOException {
        if (file != null) {
            file.rewind(written);
        }
    }
}
