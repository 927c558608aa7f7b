package io.syncline.server.verification;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Verification;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyProgress;
import io.syncline.server.model.Problem;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.model.VerificationRun.Numbers;
import io.syncline.server.model.VerificationRun.State;
import io.syncline.server.report.DifferenceFile;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.view.VerifyMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run from its turn to its end, on a thread of its own.
final class VerificationJob implements Runnable, VerifyListener {
    /// Nobody reads more; what does not fit is counted.
    private static final long MAX_FILE_BYTES = 256L << 20;

    private static final System.Logger LOG = System.getLogger(VerificationJob.class.getName());

    private final TaskControl control;
    private final Tasks tasks;
    private final VerificationFiles files;
    private final Consumer<VerificationJob> changed;
    private final VerifyMeter meter = new VerifyMeter();
    private final long begunNanos = System.nanoTime();
    private volatile VerificationRun run;
    private volatile @Nullable Verification verification;
    private volatile @Nullable Failure failure;
    private volatile String trouble = "";
    private volatile boolean cancelled;
    private volatile boolean left;
    private volatile long keysPerSecond;
    private @Nullable DifferenceFile file;

    /// @param changed hears when the run has begun and when it is over
    VerificationJob(
            VerificationRun run,
            TaskControl control,
            Tasks tasks,
            VerificationFiles files,
            Consumer<VerificationJob> changed) {
        this.run = run;
        this.control = control;
        this.tasks = tasks;
        this.files = files;
        this.changed = changed;
    }

    /// As it is at this moment.
    VerificationRun now() {
        Verification running = verification;
        VerificationRun known = run;
        return running == null || known.state().isOver()
                ? known
                : known.at(known.state(), numbers(running.progress()));
    }

    /// To be called about once a second.
    synchronized void measure() {
        Verification running = verification;
        if (running != null) {
            keysPerSecond =
                    Math.round(
                            meter.measure(
                                            Duration.ofNanos(System.nanoTime() - begunNanos),
                                            running.progress())
                                    .keysPerSecond());
        }
    }

    long keysPerSecond() {
        return run.state() == State.RUNNING ? keysPerSecond : 0;
    }

    /// What is tried again; empty for nothing.
    String trouble() {
        return run.state() == State.RUNNING ? trouble : "";
    }

    TaskControl control() {
        return control;
    }

    static Numbers numbers(VerifyProgress it) {
        Map<String, Long> byKind = new TreeMap<>();
        it.byKind().forEach((kind, count) -> byKind.put(kind.word(), count));
        return new Numbers(
                it.keys(),
                it.keysTotal(),
                it.targetKeys(),
                it.targetKeysTotal(),
                it.bytes(),
                byKind,
                it.repaired());
    }

    @Override
    public void run() {
        if (left) {
            return;
        }
        if (cancelled) {
            end(State.CANCELLED);
            return;
        }
        run = run.at(State.RUNNING, run.numbers());
        changed.accept(this);
        try {
            end(compare());
        } catch (SynclineException e) {
            failure = e.failure();
            end(left ? State.INTERRUPTED : State.FAILED);
        } catch (Problem e) {
            failure = new Failure(ErrorCode.BAD_OPTION, e.place(), e.message(), e.remedy());
            end(State.FAILED);
        } catch (IOException | RuntimeException | Error e) {
            // The top of the thread: the run says what happened, and others go on.
            LOG.log(System.Logger.Level.ERROR, "verification " + run.id(), e);
            failure =
                    new Failure(
                            ErrorCode.INTERNAL,
                            "syncline",
                            "it broke off: " + e,
                            "Look at the log, and report it");
            end(State.FAILED);
        }
    }

    /// What it came to. Its file is whole by then: who sees the end reads all that was found.
    private State compare() throws IOException {
        files.begin();
        try (DifferenceFile opened = new DifferenceFile(files.differences(run.id()))) {
            file = opened;
            Verification mine =
                    new Verification(
                            tasks.verifyOptions(
                                    control.task(), run.options(), files.state(run.id())),
                            this);
            verification = mine;
            if (cancelled || left) {
                mine.cancel();
            }
            Verification.Outcome outcome = mine.run();
            run = run.at(State.RUNNING, numbers(mine.progress()));
            return switch (outcome) {
                case EQUAL -> State.EQUAL;
                case DIFFERENT -> State.DIFFERENT;
                case CANCELLED ->
                        left ? State.RUNNING : failure == null ? State.CANCELLED : State.FAILED;
                case CANNOT_START, FAILED -> State.FAILED;
            };
        } finally {
            verification = null;
        }
    }

    /// A run that the end of this process stops goes on in the next one.
    private void end(State state) {
        if (!state.isOver()) {
            return;
        }
        Failure why = failure;
        run =
                run.over(
                        state,
                        run.numbers(),
                        tasks.now(),
                        why == null ? "" : "[" + why.place() + "] " + why.reason(),
                        why == null ? "" : why.remedy());
        files.removeState(run.id());
        changed.accept(this);
    }

    /// By a user. From any thread; returns at once.
    void cancel() {
        cancelled = true;
        stop();
    }

    /// Because this is no longer allowed.
    void fail(Failure why) {
        failure = why;
        cancel();
    }

    /// Because the process ends: the next one goes on.
    void leave() {
        left = true;
        stop();
    }

    private void stop() {
        Verification running = verification;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public void differs(Difference difference) {
        try {
            DifferenceFile open = file;
            if (open != null && Files.size(files.differences(run.id())) < MAX_FILE_BYTES) {
                open.add(difference);
            }
        } catch (IOException e) {
            throw new SynclineException(
                    ErrorCode.SPOOL_FULL,
                    files.differences(run.id()).toString(),
                    "a difference cannot be written: " + e.getMessage(),
                    "Make room in the folder of --data, and verify again");
        }
    }

    @Override
    public void warned(String place, String text, String remedy) {
        tasks.note(control, Level.WARNING, "verification", "[" + place + "] " + text, remedy);
    }

    @Override
    public void failed(Failure found) {
        failure = found;
    }

    @Override
    public void retrying(String place, int count, Duration elapsed, String reason) {
        trouble = "[" + place + "] " + reason;
    }

    @Override
    public void recovered(String place, Duration away) {
        trouble = "";
    }

    @Override
    public long written() throws IOException {
        DifferenceFile open = file;
        return open == null ? 0 : open.written();
    }

    @Override
    public void rewind(long written) throws IOException {
        DifferenceFile open = file;
        if (open != null) {
            open.rewind(written);
        }
    }
}
