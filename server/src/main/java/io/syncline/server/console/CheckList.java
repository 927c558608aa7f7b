package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.CheckResult;
import io.syncline.server.view.Numbers;
import java.util.Comparator;
import java.util.List;

/// A precheck as it is shown: what is wrong first, then what is to be confirmed, then the rest.
///
/// @param items in the order of the checks
public record CheckList(List<CheckResult> items, TaskState state) {
    private static final List<String> ORDER = List.of("error", "warning", "ok");

    public boolean isRunning() {
        return state == TaskState.PRECHECKING;
    }

    /// While it runs nothing jumps: the order is that of the checks.
    public List<CheckResult> shown() {
        if (isRunning()) {
            return items;
        }
        return items.stream()
                .sorted(
                        Comparator.comparingInt((CheckResult it) -> ORDER.indexOf(it.severity()))
                                .thenComparing(it -> it.confirmedBy() != null))
                .toList();
    }

    private long count(String severity) {
        return items.stream().filter(it -> it.severity().equals(severity)).count();
    }

    public long errors() {
        return count("error");
    }

    /// Warnings that nobody has confirmed.
    public long open() {
        return items.stream()
                .filter(it -> it.severity().equals("warning") && it.confirmedBy() == null)
                .count();
    }

    public boolean isReady() {
        return state == TaskState.PRECHECK_PASSED && open() == 0;
    }

    public String tone() {
        return isRunning()
                ? "working"
                : errors() > 0
                        ? "broken"
                        : open() > 0 ? "attention" : items.isEmpty() ? "idle" : "well";
    }

    public String sentence() {
        if (isRunning()) {
            return items.isEmpty()
                    ? t("connecting-to-both-sides")
                    : t("checking-2") + " " + Numbers.count(items.size(), "item") + " ...";
        }
        if (items.isEmpty()) {
            return t("nothing-has-been-checked-yet");
        }
        if (errors() > 0) {
            return Numbers.count(errors(), "error") + " " + t("to-mend-before-the-task");
        }
        if (open() > 0) {
            return Numbers.count(open(), "warning") + " " + t("to-read-and-confirm");
        }
        return t("all-is-well") + " " + Numbers.count(items.size(), "item") + " " + t("checked");
    }
}
