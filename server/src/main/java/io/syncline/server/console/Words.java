package io.syncline.server.console;

import io.syncline.server.api.ProgressView;
import io.syncline.server.api.ShardView;
import io.syncline.server.api.TaskView;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.TaskEntry;
import io.syncline.server.view.Numbers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Values as templates print them. Every text of the console that is no template's is here or in
/// the values themselves.
public final class Words {
    private static final String UNKNOWN = "-";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Words() {}

    /// `target-memory` as `Target memory`.
    public static String title(String code) {
        String words = code.replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
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

    public static String edge(ShardView shard) {
        return shard.phase().equals("streaming")
                ? lag(shard) + " behind, " + rate(shard.commandsPerSecond()) + " writes/s"
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

    /// Why a task is not simply well; empty otherwise.
    public static String why(TaskView task) {
        boolean well = task.tone().equals("well") || task.tone().equals("working");
        return well ? "" : task.retry() == null ? task.reason() : task.sentence();
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

    /// What is lost by an action that cannot be undone.
    public static String danger(String action) {
        return switch (action) {
            case "stop" -> "The task ends for good. Its data stay in the target.";
            case "reset" ->
                    "Positions are forgotten: the next start copies everything again. Data stay in the"
                            + " target.";
            default ->
                    "The task, its events and its positions are removed. Data stay in the target.";
        };
    }
}
