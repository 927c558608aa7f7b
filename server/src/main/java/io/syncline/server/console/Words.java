package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.api.DirectionView;
import io.syncline.server.api.ProbeView;
import io.syncline.server.api.ProgressView;
import io.syncline.server.api.ShardView;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.Probe;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RefusedCommand;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry;
import io.syncline.server.task.Retry;
import io.syncline.server.view.Numbers;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Values as templates print them. Every text of the console that is no template's is here or in
/// the values themselves.
public final class Words {
    private static final String UNKNOWN = "-";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter PRECISE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Words() {}

    /// `target-memory` as `Target memory`.
    public static String title(String code) {
        return upper(code.replace('-', ' '));
    }

    /// With one full stop at its end.
    public static String sentence(String text) {
        return text.isEmpty() || text.endsWith(".") ? text : text + ".";
    }

    /// Whether a task stands because the target refused a command for good, which a page of its own
    /// lists (the engine's `TargetErrors` begins so).
    public static boolean isRefusal(TaskView task) {
        return task.state().equals("failed") && task.reason().startsWith("the target refused ");
    }

    /// A remedy in the console's words: the engine names options of the command line.
    public static String remedy(String text) {
        return sentence(
                text.replace(" (in the URI, by environment variable or by file)", "")
                        .replace(" A file of rules is named as @FILE.", "")
                        .replace(" A file of rules is named as @FILE", "")
                        .replace("--on-existing overwrite", quoted(t("ignore-errors-and-proceed")))
                        .replace("--on-refused skip", quoted(t("leave-it-out-and-record"))));
    }

    private static String quoted(String text) {
        return "'" + text + "'";
    }

    /// What is wrong, as a sentence.
    public static String problem(Problem it) {
        return sentence(upper(it.message()));
    }

    /// A number as somebody would type it: `5`, `0.5`.
    public static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    public static String time(String instant) {
        return TIME.format(Instant.parse(instant));
    }

    public static String lag(TaskView task) {
        ProgressView progress = task.progress();
        return progress == null ? UNKNOWN : lag(progress.lagMillis(), progress.lagBytes());
    }

    public static String lag(ShardView shard) {
        return lag(shard.lagMillis(), shard.lagBytes());
    }

    private static String lag(@Nullable Long millis, @Nullable Long bytes) {
        if (millis != null) {
            return Numbers.duration(Duration.ofMillis(millis));
        }
        return bytes == null ? UNKNOWN : Numbers.bytes(bytes);
    }

    public static String writes(TaskView task) {
        ProgressView progress = task.progress();
        return progress == null ? UNKNOWN : rate(progress.commandsPerSecond());
    }

    public static String rate(long perSecond) {
        return Numbers.rate((double) perSecond);
    }

    public static String percent(TaskView task) {
        ProgressView progress = task.progress();
        Double percent = progress == null ? null : progress.percent();
        return percent == null ? UNKNOWN : Math.round(percent) + " %";
    }

    /// On the button that pauses or resumes one direction.
    public static String direct(String action, DirectionView it) {
        return action.equals("pause")
                ? t("pause-direction", it.from(), it.to())
                : t("resume-direction", it.from(), it.to());
    }

    public static String edge(DirectionView it) {
        if (!it.state().equals("running")) {
            return it.reason() == null ? it.stateText() : it.reason();
        }
        Long rate = it.commandsPerSecond();
        String lag = lag(it.lagMillis(), it.lagBytes());
        String writes = rate(rate == null ? 0 : rate);
        return lag.equals(UNKNOWN) ? t("some-writes-s", writes) : t("behind-writes-s", lag, writes);
    }

    public static String edge(ShardView shard) {
        return shard.phase().equals("streaming")
                ? t("behind-writes-s", lag(shard), rate(shard.commandsPerSecond()))
                : title(shard.phase());
    }

    public static String count(@Nullable Long value) {
        return value == null ? UNKNOWN : Numbers.count(value);
    }

    public static String value(@Nullable Double value) {
        return value == null ? "0" : Double.toString(value);
    }

    public static String bytes(long value) {
        return Numbers.bytes(value);
    }

    /// A count that may be unknown as -1.
    public static String known(long value) {
        return value < 0 ? UNKNOWN : Numbers.count(value);
    }

    /// The sign of a task's state.
    public static String icon(TaskView task) {
        return task.state().equals("paused") ? "paused" : task.tone();
    }

    /// What a look at an instance saw, in one line.
    public static String seen(ProbeView probe) {
        long keys = probe.databases().stream().mapToLong(Probe.Database::keys).sum();
        String some = Numbers.count(keys, "key");
        String databases = Numbers.count(probe.databases().size(), "database");
        return String.join(
                ", ",
                probe.product(),
                probe.role(),
                probe.topology(),
                Numbers.count(probe.shards().size(), "shard"),
                keys == 0 ? some : t("seen-keys-in", some, databases),
                Numbers.bytes(probe.usedMemory()));
    }

    public static String keys(ProbeView probe) {
        return Numbers.count(probe.databases().stream().mapToLong(Probe.Database::keys).sum());
    }

    public static String tone(Task task) {
        return TaskViews.tone(task.state()).name().toLowerCase(Locale.ROOT);
    }

    public static String time(Instant instant) {
        return TIME.format(instant);
    }

    /// The commands that do with a task's file what the console does.
    public static String commands() {
        return "./syncline task import task.yaml\n./syncline task start ID --wait\n"
                + "./syncline sync --config task.yaml";
    }

    /// What a button says.
    public static String action(String action) {
        return action.equals("precheck") ? t("precheck-now") : title(action);
    }

    public static String fault(Retry retry) {
        return t(
                "fault-line",
                t(retry.side()),
                retry.place(),
                retry.reason(),
                retry.count() == 1 ? t("one-try") : t("some-tries", Numbers.count(retry.count())));
    }

    public static String waiting(ProgressView progress) {
        Long memory = progress.spoolMemoryBytes();
        Long disk = progress.spoolDiskBytes();
        return Numbers.bytes((memory == null ? 0 : memory) + (disk == null ? 0 : disk));
    }

    public static String phase(ShardView shard) {
        return switch (shard.phase()) {
            case "snapshot" -> t("full-synchronization");
            case "streaming" -> t("incremental-synchronization");
            default -> title(shard.phase());
        };
    }

    /// Whether someone should look.
    static boolean isTrouble(String tone) {
        return tone.equals("broken") || tone.equals("attention");
    }

    /// No shard is well while its task is not.
    public static String tone(TaskView task, ShardView shard) {
        if (shard.phase().equals("ended")) {
            return "idle";
        }
        if (isTrouble(task.tone())) {
            return task.tone();
        }
        return shard.phase().equals("streaming") ? "well" : "working";
    }

    public static String percent(ShardView shard) {
        Double percent = shard.percent();
        return percent == null ? UNKNOWN : Math.round(percent) + " %";
    }

    /// `1,200 of 4,000`, or what is known of it.
    public static String part(@Nullable Long done, @Nullable Long all) {
        boolean both = done != null && all != null && all > 0 && !all.equals(done);
        return both ? t("some-of-many", count(done), count(all)) : count(done);
    }

    /// To the millisecond, or that there was no write.
    ///
    /// @param beside a time that is shown beside it: its day is not said twice
    public static String precise(@Nullable Instant at, Instant beside) {
        if (at == null) {
            return UNKNOWN;
        }
        boolean sameDay =
                at.truncatedTo(ChronoUnit.DAYS).equals(beside.truncatedTo(ChronoUnit.DAYS));
        return (sameDay ? CLOCK : PRECISE).format(at);
    }

    /// Why a key was copied as a whole.
    public static String cause(String cause) {
        return switch (cause) {
            case "conflict" -> t("cause-conflict");
            case "related" -> t("cause-related");
            case "derived" -> t("cause-derived");
            default -> t("cause-refused");
        };
    }

    public static String left(@Nullable Long seconds) {
        return seconds == null || seconds == 0 ? "" : t("some-left", Numbers.seconds(seconds));
    }

    /// Why a task is not simply well; empty otherwise.
    public static String why(TaskView task) {
        boolean well = task.tone().equals("well") || task.tone().equals("working");
        return well ? "" : task.retry() == null ? task.reason() : behindState(task);
    }

    /// A task's sentence beside its state, which is not said twice.
    private static String behindState(TaskView task) {
        String sentence = task.sentence();
        String state = task.stateText() + ": ";
        return sentence.startsWith(state) ? upper(sentence.substring(state.length())) : sentence;
    }

    private static String upper(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    public static String tone(TaskEntry entry) {
        return switch (entry.level()) {
            case INFO -> "idle";
            case WARNING -> "attention";
            case ERROR -> "broken";
        };
    }

    public static String tone(CheckResult check) {
        return switch (check.severity()) {
            case "ok" -> "well";
            case "warning" -> check.confirmedBy() == null ? "attention" : "idle";
            default -> "broken";
        };
    }

    public static String decision(RefusedCommand it) {
        return switch (it.decision()) {
            case "acknowledged" -> t("dealt-with");
            case "skip" -> t("will-be-skipped");
            default -> it.decision();
        };
    }

    /// The page where an error of a precheck can be mended; empty where that is at the database.
    public static String mend(TaskView task, CheckResult check) {
        boolean source = check.check().startsWith("source");
        TaskView.SideView side = source ? task.source() : task.target();
        return switch (check.code()) {
            case "TARGET_NOT_EMPTY", "SAME_INSTANCE", "BAD_OPTION" ->
                    "/tasks/" + task.id() + "/setup/objects";
            case "UNREACHABLE", "NOT_AUTHENTICATED", "TLS_FAILED" ->
                    side.account() == null ? "/instances/" + side.instance() + "/edit" : "";
            default -> "";
        };
    }

    /// What is lost by an action that cannot be undone.
    public static String danger(String action) {
        return switch (action) {
            case "stop" -> t("danger-stop");
            case "reset" -> t("danger-reset");
            default -> t("danger-release");
        };
    }
}
