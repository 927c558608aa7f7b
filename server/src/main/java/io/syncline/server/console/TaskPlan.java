package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

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
    private final int retryMinutes;
    private final @Nullable Probe source;
    private final @Nullable Probe target;

    /// Reads a task and its sides.
    ///
    /// @param retryMinutes how long a lost connection is really tried again
    /// @param source null when it has not been looked at
    /// @param target null when it has not been looked at
    TaskPlan(TaskView task, int retryMinutes, @Nullable Probe source, @Nullable Probe target) {
        this.task = task;
        this.retryMinutes = retryMinutes;
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
            sentences.add(t("plan-commands", commands));
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
        sentences.add(t("plan-retry", Numbers.seconds(60L * retryMinutes)));
        return sentences;
    }

    private String copies() {
        String from = task.source().name();
        String to = task.target().name();
        Probe seen = source;
        if (seen == null || !seen.reachable()) {
            return t("plan-copies", databases(0), from, to);
        }
        Map<Integer, String> chosen = chosen();
        List<Probe.Database> copied =
                seen.databases().stream()
                        .filter(each -> chosen.isEmpty() || chosen.containsKey(each.index()))
                        .toList();
        long keys = copied.stream().mapToLong(Probe.Database::keys).sum();
        long all = seen.databases().stream().mapToLong(Probe.Database::keys).sum();
        long bytes = all == 0 ? 0 : (long) ((double) seen.usedMemory() * keys / all);
        String some = Numbers.count(keys, "key");
        return t(
                "plan-copies-in-about",
                databases(copied.size()),
                bytes > 0 ? t("plan-about", some, Numbers.bytes(bytes)) : some,
                from,
                to,
                Numbers.seconds(seconds(keys, bytes)));
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
            return holding == 0 ? t("plan-all-databases") : Numbers.count(holding, "database");
        }
        List<String> words = new ArrayList<>();
        chosen.forEach(
                (from, to) -> words.add(to.equals(from.toString()) ? to : t("plan-as", from, to)));
        String all = String.join(", ", words);
        return words.size() == 1 ? t("plan-database", all) : t("plan-databases", all);
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
            return t("plan-overwrites", name);
        }
        Probe seen = target;
        boolean empty = seen != null && seen.reachable() && seen.databases().isEmpty();
        return empty ? t("plan-empty", name) : t("plan-stops-at-keys", name);
    }

    private String goesOn() {
        if (setting(Setting.SNAPSHOT_ONLY).equals("true")) {
            return t("plan-ends");
        }
        if (setting(Setting.UNTIL_CAUGHT_UP).equals("true")) {
            return t("plan-until-level");
        }
        if (task.topology().equals("two-way")) {
            return t("plan-both-ways");
        }
        return t("plan-follows", task.source().name());
    }

    private String ceiling() {
        List<String> parts = new ArrayList<>();
        if (instanceClass() != InstanceClass.UNLIMITED) {
            parts.add(t("plan-by-class", Numbers.count(instanceClass().commandsPerSecond())));
        }
        if (!setting(Setting.MAX_RPS).equals("0")) {
            parts.add(t("some-writes-s", setting(Setting.MAX_RPS)));
        }
        if (!setting(Setting.MAX_MBPS).equals("0")) {
            parts.add(t("some-mb-s", setting(Setting.MAX_MBPS)));
        }
        return parts.stream()
                .reduce((some, other) -> t("plan-and", some, other))
                .map(all -> t("plan-ceiling", all))
                .orElse("");
    }
}
