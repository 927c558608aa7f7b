package io.syncline.server.console;

import io.syncline.server.api.TaskView;
import io.syncline.server.model.Probe;
import io.syncline.server.settings.Setting;
import io.syncline.server.task.InstanceClass;
import io.syncline.server.view.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What will happen when a task is started, in words.
final class TaskPlan {
    /// Keys and bytes a second of a full synchronization to one target node, on the careful side of
    /// what PERFORMANCE.md measured: an estimate should rather be beaten.
    private static final long KEYS_PER_SECOND = 80_000;

    private static final long BYTES_PER_SECOND = 40L << 20;

    private final TaskView task;
    private final @Nullable Probe source;
    private final @Nullable Probe target;

    TaskPlan(TaskView task, @Nullable Probe source, @Nullable Probe target) {
        this.task = task;
        this.source = source;
        this.target = target;
    }

    private String setting(Setting setting) {
        return task.settings().getOrDefault(setting.key(), setting.initial());
    }

    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        sentences.add(copies());
        sentences.add(existing());
        sentences.add(goesOn());
        String commands = setting(Setting.COMMANDS);
        if (!commands.equals("all")) {
            sentences.add("Of the commands while streaming, only these: " + commands + ".");
        }
        String rules = setting(Setting.ETL);
        if (!rules.isEmpty()) {
            sentences.add(
                    "Of the keys, by the first rule that each fits: "
                            + rules.replace("\n", "; ")
                            + ".");
        }
        String ceiling = ceiling();
        if (!ceiling.isEmpty()) {
            sentences.add(ceiling);
        }
        sentences.add(
                "When a side is away, it tries again for "
                        + Numbers.seconds(60 * Long.parseLong(setting(Setting.RETRY_MINUTES)))
                        + " and loses nothing meanwhile.");
        return sentences;
    }

    private String copies() {
        String ways = " from " + task.source().name() + " to " + task.target().name();
        Probe seen = source;
        if (seen == null || !seen.reachable()) {
            return "Copies " + databases(0) + ways + ".";
        }
        Map<Integer, String> chosen = chosen();
        List<Probe.Database> copied =
                seen.databases().stream()
                        .filter(each -> chosen.isEmpty() || chosen.containsKey(each.index()))
                        .toList();
        long keys = copied.stream().mapToLong(Probe.Database::keys).sum();
        long all = seen.databases().stream().mapToLong(Probe.Database::keys).sum();
        long bytes = all == 0 ? 0 : (long) ((double) seen.usedMemory() * keys / all);
        return "Copies "
                + databases(copied.size())
                + " with "
                + Numbers.count(keys, "key")
                + (bytes > 0 ? " (about " + Numbers.bytes(bytes) + ")" : "")
                + ways
                + ", in about "
                + Numbers.seconds(seconds(keys, bytes))
                + ".";
    }

    private Map<Integer, String> chosen() {
        Map<Integer, String> chosen = new java.util.TreeMap<>();
        String text = setting(Setting.DATABASES);
        if (!text.equals("all")) {
            Arrays.stream(text.split(",", -1))
                    .map(item -> item.strip().split(":", -1))
                    .forEach(pair -> chosen.put(Integer.parseInt(pair[0]), pair[pair.length - 1]));
        }
        return chosen;
    }

    /// @param holding databases that hold keys, where all are copied
    private String databases(int holding) {
        Map<Integer, String> chosen = chosen();
        if (chosen.isEmpty()) {
            return holding == 0 ? "all databases" : Numbers.count(holding, "database");
        }
        List<String> words = new ArrayList<>();
        chosen.forEach(
                (from, to) -> words.add(to.equals(from.toString()) ? to : from + " as " + to));
        return (words.size() == 1 ? "database " : "databases ") + String.join(", ", words);
    }

    private long seconds(long keys, long bytes) {
        InstanceClass size = instanceClass();
        long rps = Long.parseLong(setting(Setting.MAX_RPS));
        long keyRate = KEYS_PER_SECOND;
        for (long limit : new long[] {size.commandsPerSecond(), rps}) {
            keyRate = limit == 0 ? keyRate : Math.min(keyRate, limit);
        }
        double mbps = Double.parseDouble(setting(Setting.MAX_MBPS));
        double byteRate =
                mbps == 0 ? BYTES_PER_SECOND : Math.min(BYTES_PER_SECOND, mbps * (1 << 20));
        return Math.max(1, Math.round(Math.max((double) keys / keyRate, bytes / byteRate)));
    }

    private InstanceClass instanceClass() {
        String code =
                task.settings()
                        .getOrDefault(
                                io.syncline.server.task.TaskSettings.CLASS,
                                InstanceClass.UNLIMITED.code());
        return Arrays.stream(InstanceClass.values())
                .filter(each -> each.code().equals(code))
                .findFirst()
                .orElse(InstanceClass.UNLIMITED);
    }

    private String existing() {
        String name = task.target().name();
        if (setting(Setting.ON_EXISTING).equals("overwrite")) {
            return "Keys that "
                    + name
                    + " already holds stay, except those of the same name: they are overwritten by"
                    + " the source's.";
        }
        Probe seen = target;
        boolean empty = seen != null && seen.reachable() && seen.databases().isEmpty();
        return empty
                ? name + " is empty, so nothing is overwritten."
                : "Nothing in "
                        + name
                        + " is overwritten: if it holds keys when the task starts, the task stops and"
                        + " says so.";
    }

    private String goesOn() {
        if (setting(Setting.SNAPSHOT_ONLY).equals("true")) {
            return "Then it ends; what is written at the source later is not copied.";
        }
        if (setting(Setting.UNTIL_CAUGHT_UP).equals("true")) {
            return "Then it follows the source's writes until both sides are level, and ends.";
        }
        if (task.topology().equals("two-way")) {
            return "Then writes at either side reach the other, and of two writes to one key at the"
                    + " same time the later one stays at both.";
        }
        return "Then every write at "
                + task.source().name()
                + " follows within about a second, until you pause or stop the task.";
    }

    private String ceiling() {
        List<String> parts = new ArrayList<>();
        if (instanceClass() != InstanceClass.UNLIMITED) {
            parts.add(
                    Numbers.count(instanceClass().commandsPerSecond()) + " writes/s by its class");
        }
        if (!setting(Setting.MAX_RPS).equals("0")) {
            parts.add(setting(Setting.MAX_RPS) + " writes/s");
        }
        if (!setting(Setting.MAX_MBPS).equals("0")) {
            parts.add(setting(Setting.MAX_MBPS) + " MB/s");
        }
        return parts.isEmpty()
                ? ""
                : "It writes at most " + String.join(" and ", parts) + " to the target.";
    }
}
