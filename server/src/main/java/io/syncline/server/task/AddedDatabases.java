package io.syncline.server.task;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.precheck.Finding;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Task;
import io.syncline.server.settings.DatabaseList;
import io.syncline.server.settings.Setting;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What becomes of a task that has started when its databases change.
///
/// One that is given up is no longer followed. One that joins has no place of its own in the
/// stream, so everything is copied once more. That copy removes what the source does not have, so
/// the databases that join must be empty at the target.
final class AddedDatabases {
    private static final String KEY = Setting.DATABASES.key();
    private static final String ALL = "all";

    private final TaskOptions options;

    AddedDatabases(TaskOptions options) {
        this.options = options;
    }

    /// Whether databases join, so that everything must be copied once more.
    ///
    /// @throws Problem when they may not
    boolean mayTake(Task task, Map<String, String> after) {
        List<String> before = list(task.settings());
        List<String> now = list(after);
        if (task.isTwoWay()) {
            requireOwnKeys(task, after);
        }
        if (before.equals(List.of(ALL)) || before.equals(now)) {
            return false;
        }
        List<String> added = now.stream().filter(each -> !before.contains(each)).toList();
        if (added.isEmpty()) {
            return false;
        }
        boolean known =
                added.stream().anyMatch(each -> before.stream().anyMatch(it -> same(it, each)));
        if (added.contains(ALL) || known || task.isTwoWay()) {
            throw refused(task, before, now);
        }
        requireEmpty(task, added);
        return true;
    }

    /// A pair keeps its own keys in the first of its databases at each side.
    private static void requireOwnKeys(Task task, Map<String, String> after) {
        SortedMap<Integer, Integer> before = databases(task, task.settings());
        SortedMap<Integer, Integer> now = databases(task, after);
        if (now.firstKey() > before.firstKey()
                || Collections.min(now.values()) > Collections.min(before.values())) {
            throw Problem.badRequest(
                    "settings." + KEY,
                    "a two-way task that has started keeps its own keys in the first of its databases"
                            + " at each side, so it cannot give that up (source "
                            + before.firstKey()
                            + ", target "
                            + Collections.min(before.values())
                            + ")",
                    "Keep it in the list");
        }
    }

    private static SortedMap<Integer, Integer> databases(Task task, Map<String, String> settings) {
        SortedMap<Integer, Integer> read =
                DatabaseList.read(TaskSettings.settings(task.topology(), settings, "", "", ""));
        return read.isEmpty() ? new TreeMap<>(Map.of(0, 0)) : read;
    }

    private static List<String> list(Map<String, String> settings) {
        return Arrays.stream(settings.getOrDefault(KEY, ALL).split(",", -1))
                .map(String::strip)
                .toList();
    }

    /// Whether both are the same database of the source, at another place of the target.
    private static boolean same(String one, String other) {
        return one.replaceAll(":.*", "").equals(other.replaceAll(":.*", ""));
    }

    private static Problem refused(Task task, List<String> before, List<String> now) {
        String change = String.join(",", before) + " to " + Names.shown(String.join(",", now));
        return Problem.badRequest(
                "settings." + KEY,
                task.isTwoWay()
                        ? "a two-way task that has started cannot take on databases ("
                                + change
                                + ")"
                        : "a task that has started can take on databases by their numbers, and cannot"
                                + " give one that it has another place ("
                                + change
                                + ")",
                task.isTwoWay()
                        ? "Create a second task for the others"
                        : "Name each database; or create a second task for the others, or reset this"
                                + " one to copy all again");
    }

    /// Looks at both sides as for a task of the new databases alone.
    private void requireEmpty(Task task, List<String> added) {
        Map<String, String> alone = new TreeMap<>(task.settings());
        alone.put(KEY, String.join(",", added));
        alone.put(Setting.ON_EXISTING.key(), Setting.ON_EXISTING.initial());
        List<Finding> errors;
        try {
            errors =
                    options
                            .running(
                                    task.with(alone, task.alerts()).nextEpoch(),
                                    LinkHooks.NONE,
                                    null,
                                    event -> {},
                                    conflict -> {})
                            .precheck()
                            .stream()
                            .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                            .toList();
        } catch (SynclineException e) {
            throw Problem.of(e.failure());
        }
        if (!errors.isEmpty()) {
            boolean full = errors.getFirst().code() == ErrorCode.TARGET_NOT_EMPTY;
            throw Problem.badRequest(
                    "settings." + KEY,
                    errors.stream().map(Finding::reason).collect(Collectors.joining("; ")),
                    full
                            ? "Empty the databases that join, at the target; or create a second task"
                                    + " for them"
                            : errors.getFirst().remedy());
        }
    }
}
