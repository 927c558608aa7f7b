package io.syncline.server.verification;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.KeySample;
import io.syncline.engine.verify.KeySample.Written;
import io.syncline.engine.verify.Verification;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.model.Problem;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.model.VerificationRun.Numbers;
import io.syncline.server.model.VerificationRun.State;
import io.syncline.server.report.DifferenceFile;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.view.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Verifies, round by round, a sample of the keys that a task has just written.
///
/// A key waits for a round before it is looked at, and longer while the target is behind; what then
/// differs is looked at again as in any verification. So lag is never taken for a difference. A key
/// that differs is looked at in every later round until it does not.
final class ContinuousCheck implements VerifyListener {
    /// How long a key waits at least.
    static final Duration ROUND = Duration.ofSeconds(3);

    /// A target that is further behind is waited for.
    private static final long MOST_LAG_MILLIS = 2_000;

    /// More differences than this are a matter for a whole run.
    private static final int MAX_OPEN = 1_000;

    /// Of the file with what was found.
    private static final long MAX_FILE_BYTES = 16L << 20;

    private static final System.Logger LOG = System.getLogger(ContinuousCheck.class.getName());

    private final TaskControl control;
    private final Tasks tasks;
    private final VerificationFiles files;
    private final VerificationPlan plan;
    private final Map<Written, String> open = new LinkedHashMap<>();
    private final Map<Written, Difference> found = new HashMap<>();
    private List<Written> waiting = List.of();
    private volatile VerificationRun run;
    private volatile String trouble = "";
    private volatile @Nullable Verification verification;
    private volatile long dueNanos = System.nanoTime() + ROUND.toNanos();
    private volatile boolean busy;
    private long checked;
    private boolean remembered;

    ContinuousCheck(
            VerificationRun run,
            VerificationPlan plan,
            TaskControl control,
            Tasks tasks,
            VerificationFiles files) {
        this.run = run;
        this.plan = plan;
        this.control = control;
        this.tasks = tasks;
        this.files = files;
        this.checked = run.numbers().keys();
    }

    VerificationRun now() {
        return run;
    }

    /// Why the last round was not made; empty when it was.
    String trouble() {
        return trouble;
    }

    TaskControl control() {
        return control;
    }

    /// Whether a round is to be made now; whoever is told so makes it.
    boolean takeTurn(long nowNanos) {
        if (busy || nowNanos - dueNanos < 0) {
            return false;
        }
        busy = true;
        return true;
    }

    /// Makes one round.
    void round() {
        try {
            if (!remembered) {
                remember();
            }
            if (isBehind()) {
                trouble = "the target is behind: its keys wait";
                return;
            }
            List<Written> keys = new ArrayList<>(open.keySet());
            waiting.stream().filter(key -> !open.containsKey(key)).forEach(keys::add);
            if (!keys.isEmpty()) {
                check(keys);
            }
            waiting = newest(tasks.sample(control).drain());
        } catch (SynclineException e) {
            trouble = "[" + e.failure().place() + "] " + e.failure().reason();
        } catch (Problem e) {
            trouble = e.message();
        } catch (IOException | RuntimeException e) {
            trouble = "it broke off: " + e;
            LOG.log(System.Logger.Level.ERROR, "continuous verification", e);
        } finally {
            dueNanos = System.nanoTime() + ROUND.toNanos();
            busy = false;
        }
    }

    /// What stood open when the last process ended.
    private void remember() throws IOException {
        files.begin();
        for (Written key : files.lastKeys(run.id(), MAX_OPEN)) {
            open.put(key, "");
        }
        remembered = true;
    }

    private boolean isBehind() {
        Progress progress = control.progress();
        return progress == null || progress.worst(Shard::lagMillis) > MOST_LAG_MILLIS;
    }

    private List<Written> newest(List<Written> all) {
        int most = (int) Math.min(all.size(), plan.incrementalRate() * ROUND.toSeconds());
        return all.subList(all.size() - most, all.size());
    }

    private void check(List<Written> keys) throws IOException {
        found.clear();
        VerifyOptions options = tasks.verifyOptions(control.task(), plan.options(), null);
        options =
                options.withLimits(
                                new VerifyOptions.Limits(
                                        plan.incrementalRate(),
                                        options.limits().bytesPerSecond(),
                                        1))
                        .withScope(VerifyOptions.Scope.ALL);
        Verification mine = new Verification(options, this);
        verification = mine;
        Verification.Outcome outcome = mine.check(keys);
        verification = null;
        if (outcome != Verification.Outcome.EQUAL && outcome != Verification.Outcome.DIFFERENT) {
            return;
        }
        trouble = "";
        checked += keys.size();
        List<Difference> fresh = new ArrayList<>();
        found.forEach((key, difference) -> {
            if (!open.containsKey(key)) {
                fresh.add(difference);
            }
        });
        keys.forEach(open::remove);
        found.forEach((key, difference) -> {
            if (open.size() < MAX_OPEN) {
                open.put(key, difference.kind().word());
            }
        });
        write(fresh);
        Map<String, Long> byKind = new TreeMap<>();
        open.values().forEach(kind -> byKind.merge(kind, 1L, Long::sum));
        run = run.at(State.RUNNING, new Numbers(checked, -1, 0, -1, 0, byKind, 0));
    }

    private void write(List<Difference> fresh) throws IOException {
        Path path = files.differences(run.id());
        long size = Files.exists(path) ? Files.size(path) : 0;
        if (fresh.isEmpty() || size > MAX_FILE_BYTES) {
            return;
        }
        try (DifferenceFile file = new DifferenceFile(path)) {
            file.rewind(size);
            for (Difference difference : fresh) {
                file.add(difference);
            }
        }
    }

    /// Switches it off.
    VerificationRun end() {
        stop();
        State last = run.numbers().differences() == 0 ? State.EQUAL : State.DIFFERENT;
        run = run.over(last, run.numbers(), tasks.now(), "", "");
        return run;
    }

    void stop() {
        Verification running = verification;
        if (running != null) {
            running.cancel();
        }
    }

    /// The sample that feeds it.
    KeySample sample() {
        return tasks.sample(control);
    }

    @Override
    public void differs(Difference difference) {
        found.put(new Written(difference.database(), difference.key()), difference);
    }

    @Override
    public void warned(String place, String text, String remedy) {
        LOG.log(System.Logger.Level.DEBUG, "[{0}] {1}", place, text);
    }

    @Override
    public void failed(Failure failure) {
        trouble = "[" + failure.place() + "] " + failure.reason();
    }

    @Override
    public void retrying(Fault fault) {
        trouble = "[" + fault.place() + "] " + fault.reason();
    }

    @Override
    public void recovered(String side, String place, Duration away) {
        trouble = "";
    }

    @Override
    public long written() {
        return 0;
    }

    @Override
    public void rewind(long written) {
        // Without a state file nothing is told twice.
    }
}
