package io.syncline.server.alert;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.AlertRecord;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.settings.Setting;
import io.syncline.server.store.AlertTable;
import io.syncline.server.store.Store;
import io.syncline.server.task.TaskObserver;
import io.syncline.server.verification.Verdict;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Watches every task by its rules, raises alerts and ends them.
///
/// An alert stands until its cause is over; while it stands it is raised once, and what was told is
/// told to be over. One that comes back within the silence is recorded, and told only when it still
/// stands at the silence's end.
public final class Alerts implements TaskObserver {
    private static final String VERIFICATION = "verification";
    private static final String CONTINUOUS = "verification-incremental";
    private static final String STATE = "state";
    private static final String MEMORY = "memory";

    /// One collection may leave what the next one takes.
    private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(10);

    private static final String SILENT = "not told: within the silence period";
    private static final Pattern SIZE = Pattern.compile("([0-9]+)(kb|mb|gb|tb)?");

    private final AlertTable table;
    private final Teller teller;
    private final InstantSource clock;
    private final IntSupplier memoryPercent;

    /// What is known of one rule of one task.
    ///
    /// @param badSince when the rule was first broken; null while it is kept
    /// @param open the alert that stands; null for none
    /// @param told when this rule was last told of; null for never
    /// @param due when the one that stands is to be told after all; null: it was told
    private record Watch(
            @Nullable Instant badSince,
            @Nullable Message open,
            @Nullable Instant told,
            @Nullable Instant due) {
        static final Watch CALM = new Watch(null, null, null, null);
    }

    private final Map<String, Watch> watches = new ConcurrentHashMap<>();

    /// Takes over what stood when the last process ended.
    ///
    /// @param memoryPercent how much of the service's memory is in use
    public Alerts(Store store, Teller teller, InstantSource clock, IntSupplier memoryPercent) {
        this.memoryPercent = memoryPercent;
        this.table = store.alerts();
        this.teller = teller;
        this.clock = clock;
        for (AlertRecord open : table.open()) {
            store.tasks().find(open.task()).ifPresent(task -> takeOver(task, open));
        }
    }

    /// What stood when the last process ended still stands; what it had no time to tell is told.
    private void takeOver(Task task, AlertRecord it) {
        boolean failed = it.text().startsWith(TaskState.FAILED.words());
        String variant = it.rule().equals(STATE) ? variant(failed) : it.rule();
        boolean untold = it.delivery().isEmpty() || it.delivery().equals(SILENT);
        Instant due = untold ? it.at().plus(silence(task)) : null;
        watches.put(
                key(task.id(), variant),
                new Watch(
                        it.at(),
                        message(it.id(), task, it.rule(), it.text(), it.at()),
                        it.at(),
                        it.delivery().isEmpty() ? it.at() : due));
    }

    /// Failed after Retrying is news of its own, which the silence of the other must not cover.
    private static String variant(boolean failed) {
        return failed ? "state failed" : "state retrying";
    }

    private static Duration silence(Task task) {
        return Duration.ofMinutes(task.alerts().silenceMinutes());
    }

    private static Message message(long id, Task task, String rule, String text, Instant at) {
        return new Message(
                id, task.account(), task.id(), task.name(), rule, text, at, Message.Kind.ALERT);
    }

    private static String key(String task, String variant) {
        return task + ' ' + variant;
    }

    @Override
    public void changed(Task before, Task after) {
        AlertRules rules = after.alerts();
        TaskState state = after.state();
        boolean bad = state == TaskState.FAILED || state == TaskState.RETRYING;
        boolean good =
                state == TaskState.RUNNING
                        || state == TaskState.COMPLETED
                        || state == TaskState.PAUSED
                        || state == TaskState.NOT_CONFIGURED
                        || state == TaskState.RELEASED;
        if (bad && rules.stateChanges()) {
            boolean failed = state == TaskState.FAILED;
            // The other one is followed by this one, not by an end of the trouble.
            end(after, variant(!failed), false);
            String text = state.words() + ": " + after.reason();
            see(after, STATE, variant(failed), Duration.ZERO, text);
        } else if (good) {
            end(after, variant(false), true);
            end(after, variant(true), true);
        }
        if (state == TaskState.RELEASED || state == TaskState.NOT_CONFIGURED) {
            end(after, VERIFICATION, true);
            end(after, CONTINUOUS, true);
        }
        if (!state.isActive()) {
            end(after, "lag", true);
            end(after, "spool", true);
            end(after, MEMORY, true);
            end(after, "full-sync", true);
        }
    }

    /// A run's alert stands until the next run; that of the continuous one until all is equal.
    @Override
    public void verified(Task task, VerificationRun run) {
        int limit = task.alerts().verificationDifferences();
        long stand = run.numbers().differences() - run.numbers().repaired();
        boolean bad = limit > 0 && stand >= limit;
        String text = "Verification: " + Verdict.text(run);
        if (run.kind() == VerificationRun.Kind.INCREMENTAL) {
            check(task, CONTINUOUS, bad, Duration.ZERO, text);
        } else if (run.state() == VerificationRun.State.EQUAL
                || run.state() == VerificationRun.State.DIFFERENT
                || run.state() == VerificationRun.State.FAILED) {
            boolean broken = limit > 0 && run.state() == VerificationRun.State.FAILED;
            // A run that finds differences again is told again, and is no end of those before.
            end(task, VERIFICATION, !bad && !broken);
            check(task, VERIFICATION, bad || broken, Duration.ZERO, text);
        }
    }

    @Override
    public void measured(Task task, Progress progress) {
        AlertRules rules = task.alerts();
        long lag = lagMillis(task, progress);
        check(
                task,
                "lag",
                rules.lagSeconds() > 0 && lag >= rules.lagSeconds() * 1_000L,
                Duration.ofSeconds(rules.lagForSeconds()),
                "The target is "
                        + Numbers.duration(Duration.ofMillis(Math.max(0, lag)))
                        + " behind; the limit is "
                        + Numbers.seconds(rules.lagSeconds()));
        check(
                task,
                "full-sync",
                rules.fullSyncHours() > 0 && isCopying(task),
                Duration.ofHours(rules.fullSyncHours()),
                "The full synchronization takes longer than " + rules.fullSyncHours() + " h");
        int percent = spoolPercent(task, progress);
        check(
                task,
                "spool",
                rules.spoolPercent() > 0 && percent >= rules.spoolPercent(),
                Duration.ZERO,
                "The spool is "
                        + percent
                        + " % full; when it is full, the source is no longer read");
        int memory = rules.memoryPercent() > 0 ? memoryPercent.getAsInt() : 0;
        check(
                task,
                MEMORY,
                rules.memoryPercent() > 0 && memory >= rules.memoryPercent(),
                MEMORY_PATIENCE,
                "The service's memory is "
                        + memory
                        + " % full; give it more (-Xmx in SYNCLINE_JAVA_OPTS), or run fewer tasks"
                        + " here");
    }

    /// A copy that is interrupted for a while takes that while, too.
    private static boolean isCopying(Task task) {
        return task.state() == TaskState.INITIALIZING
                || (task.state() == TaskState.RETRYING && !task.standing().streaming());
    }

    /// A direction that its user holds back lags on purpose.
    private static long lagMillis(Task task, Progress progress) {
        return Arrays.stream(Direction.values())
                .filter(each -> !task.isPaused(each))
                .mapToLong(each -> progress.only(each).worst(Shard::lagMillis))
                .max()
                .orElse(0);
    }

    /// How full the fullest shard's spool is, memory and disk together.
    static int spoolPercent(Task task, Progress progress) {
        long limit = size(task, Setting.SPOOL_MEMORY) + size(task, Setting.SPOOL_DISK);
        long used =
                progress.status().shards().stream()
                        .mapToLong(s -> s.spoolMemoryBytes() + s.spoolDiskBytes())
                        .max()
                        .orElse(0);
        return limit == 0 ? 0 : (int) Math.min(100, used * 100 / limit);
    }

    private static long size(Task task, Setting setting) {
        Matcher matcher =
                SIZE.matcher(task.settings().getOrDefault(setting.key(), setting.initial()));
        if (!matcher.matches()) {
            return 0;
        }
        int shift =
                switch (matcher.group(2) == null ? "" : matcher.group(2)) {
                    case "kb" -> 10;
                    case "mb" -> 20;
                    case "gb" -> 30;
                    case "tb" -> 40;
                    default -> 0;
                };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    private void check(Task task, String rule, boolean bad, Duration patience, String text) {
        if (bad) {
            see(task, rule, rule, patience, text);
        } else {
            end(task, rule, true);
        }
    }

    private void see(Task task, String rule, String variant, Duration patience, String text) {
        Instant now = clock.instant();
        watches.compute(
                key(task.id(), variant),
                (key, known) -> {
                    Watch watch = known == null ? Watch.CALM : known;
                    Instant since = watch.badSince() == null ? now : watch.badSince();
                    if (watch.open() != null || since.plus(patience).isAfter(now)) {
                        return new Watch(since, watch.open(), watch.told(), watch.due());
                    }
                    long id = table.raise(task.account(), task.id(), now, rule, text);
                    Message message = message(id, task, rule, text, now);
                    Instant due =
                            watch.told() == null ? Instant.MIN : watch.told().plus(silence(task));
                    if (due.isAfter(now)) {
                        table.delivered(id, SILENT);
                        return new Watch(since, message, watch.told(), due);
                    }
                    teller.tell(message);
                    return new Watch(since, message, now, null);
                });
    }

    /// Tells what still stands at the end of its silence. To be called about once a second.
    public void tick() {
        Instant now = clock.instant();
        watches.replaceAll((key, watch) -> {
            if (watch.open() == null || watch.due() == null || watch.due().isAfter(now)) {
                return watch;
            }
            teller.tell(watch.open());
            return new Watch(watch.badSince(), watch.open(), now, null);
        });
    }

    /// @param over whether the trouble itself has ended, which is told where its begin was
    private void end(Task task, String variant, boolean over) {
        Instant now = clock.instant();
        watches.computeIfPresent(
                key(task.id(), variant),
                (key, watch) -> {
                    Message open = watch.open();
                    if (open != null) {
                        table.over(open.id(), now);
                        if (over && watch.due() == null) {
                            teller.tell(open.resolved(now));
                        }
                    }
                    return new Watch(null, null, watch.told(), null);
                });
    }
}
