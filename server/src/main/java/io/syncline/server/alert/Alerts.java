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
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Watches every task by its rules, raises alerts and ends them.
///
/// An alert stands until its cause is over; while it stands it is raised once. One that comes back
/// within the silence is recorded and not told.
public final class Alerts implements TaskObserver {
    private static final String VERIFICATION = "verification";
    private static final String CONTINUOUS = "verification-incremental";
    private static final Pattern SIZE = Pattern.compile("([0-9]+)(kb|mb|gb|tb)?");

    private final AlertTable table;
    private final Teller teller;
    private final InstantSource clock;

    /// What is known of one rule of one task.
    ///
    /// @param badSince when the rule was first broken; null while it is kept
    /// @param open id of the alert that stands; 0 for none
    /// @param told when it was last told; null for never
    private record Watch(@Nullable Instant badSince, long open, @Nullable Instant told) {
        static final Watch CALM = new Watch(null, 0, null);
    }

    private final Map<String, Watch> watches = new ConcurrentHashMap<>();

    public Alerts(Store store, Teller teller, InstantSource clock) {
        this.table = store.alerts();
        this.teller = teller;
        this.clock = clock;
        for (AlertRecord open : table.open()) {
            watches.put(key(open.task(), open.rule()), new Watch(open.at(), open.id(), open.at()));
        }
    }

    private static String key(String task, String rule) {
        return task + ' ' + rule;
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
            // Failed after Retrying is news of its own.
            end(after, "state");
            see(after, "state", Duration.ZERO, state.words() + ": " + after.reason());
        } else if (good) {
            end(after, "state");
        }
        if (state == TaskState.RELEASED || state == TaskState.NOT_CONFIGURED) {
            end(after, VERIFICATION);
            end(after, CONTINUOUS);
        }
        if (!state.isActive()) {
            end(after, "lag");
            end(after, "spool");
            end(after, "full-sync");
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
            end(task, VERIFICATION);
            check(task, VERIFICATION, bad || broken, Duration.ZERO, text);
        }
    }

    @Override
    public void measured(Task task, Progress progress) {
        AlertRules rules = task.alerts();
        long lag = progress.worst(Shard::lagMillis);
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
                rules.fullSyncHours() > 0 && task.state() == TaskState.INITIALIZING,
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
            see(task, rule, patience, text);
        } else {
            end(task, rule);
        }
    }

    private void see(Task task, String rule, Duration patience, String text) {
        Instant now = clock.instant();
        watches.compute(
                key(task.id(), rule),
                (key, known) -> {
                    Watch watch = known == null ? Watch.CALM : known;
                    Instant since = watch.badSince() == null ? now : watch.badSince();
                    boolean due = !since.plus(patience).isAfter(now);
                    if (watch.open() != 0 || !due) {
                        return new Watch(since, watch.open(), watch.told());
                    }
                    long id = table.raise(task.account(), task.id(), now, rule, text);
                    Duration silence = Duration.ofMinutes(task.alerts().silenceMinutes());
                    boolean silent =
                            watch.told() != null && watch.told().plus(silence).isAfter(now);
                    if (silent) {
                        table.delivered(id, "not told: within the silence period");
                        return new Watch(since, id, watch.told());
                    }
                    teller.tell(
                            new Message(
                                    id,
                                    task.account(),
                                    task.id(),
                                    task.name(),
                                    rule,
                                    text,
                                    now,
                                    false));
                    return new Watch(since, id, now);
                });
    }

    private void end(Task task, String rule) {
        Instant now = clock.instant();
        watches.computeIfPresent(
                key(task.id(), rule),
                (key, watch) -> {
                    if (watch.open() != 0) {
                        table.over(watch.open(), now);
                    }
                    return new Watch(null, 0, watch.told());
                });
    }
}
