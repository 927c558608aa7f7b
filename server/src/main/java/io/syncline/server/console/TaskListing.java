package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.api.ProgressView;
import io.syncline.server.api.TaskView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The task list as somebody asked for it: searched, filtered by state, sorted.
///
/// @param all every task of the account
/// @param search as it was typed
/// @param state chosen filter; empty for all
/// @param sort column
/// @param spark points of a task's small picture of its lag
public record TaskListing(
        List<TaskView> all,
        String search,
        String state,
        String sort,
        Function<TaskView, String> spark) {
    /// A choice of states.
    public record Filter(String title, String path, boolean chosen, int count) {}

    /// A column that can be sorted by.
    public record Column(String title, String css, String path, @Nullable String sorted) {}

    /// A line.
    public record Row(TaskView task, String spark) {
        public boolean bothWays() {
            return task.topology().equals("two-way");
        }

        /// What can be undone and needs no look at the task before. Its page has all of them.
        public List<String> actions() {
            return QUICK.stream().filter(task.allowedActions()::contains).limit(1).toList();
        }
    }

    private static final String NAME = "name";

    private static final List<String> QUICK = List.of("pause", "resume");

    /// What is broken comes first, where somebody sorts by state.
    private static final List<String> TONES =
            List.of("broken", "attention", "working", "idle", "well");

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /// This page without what was searched for.
    public String path() {
        return path(state, sort, "");
    }

    private static String path(String state, String sort, String search) {
        StringBuilder path = new StringBuilder("/tasks");
        Map<String, String> values = new LinkedHashMap<>();
        values.put("state", state);
        values.put("sort", sort.equals(NAME) ? "" : sort);
        values.put("q", URLEncoder.encode(search, StandardCharsets.UTF_8));
        values.forEach((name, value) -> {
            if (!value.isEmpty()) {
                path.append(path.indexOf("?") < 0 ? '?' : '&');
                path.append(name).append('=').append(value);
            }
        });
        return path.toString();
    }

    public List<Filter> filters() {
        List<Filter> filters = new ArrayList<>();
        filters.add(filter("", t("all")));
        filters.add(filter("trouble", t("in-trouble")));
        filters.add(filter("running", t("running")));
        filters.add(filter("paused", t("paused")));
        filters.add(filter("waiting", t("not-started")));
        filters.add(filter("completed", t("completed")));
        return filters;
    }

    private Filter filter(String name, String title) {
        int count = (int) all.stream().filter(task -> fits(task, name)).count();
        return new Filter(title, path(name, sort, search), state.equals(name), count);
    }

    private static boolean fits(TaskView task, String filter) {
        return switch (filter) {
            case "trouble" -> Words.isTrouble(task.tone());
            case "running" ->
                    task.state().equals("running")
                            || task.state().equals("initializing")
                            || task.state().equals("modifying");
            case "paused", "completed" -> task.state().equals(filter);
            case "waiting" ->
                    task.state().startsWith("not-") || task.state().startsWith("precheck");
            default -> true;
        };
    }

    public List<Column> columns() {
        return List.of(
                column(NAME, t("task"), ""),
                column("state", t("state"), ""),
                column("lag", t("lag"), "number"),
                column("rate", t("writes-s"), "number"),
                column("progress", t("progress"), "number"));
    }

    private Column column(String name, String title, String css) {
        boolean up = name.equals(NAME) || name.equals("state");
        return new Column(
                title,
                css,
                path(state, name, search),
                sort.equals(name) ? (up ? "ascending" : "descending") : null);
    }

    public List<Row> rows() {
        String wanted = search.toLowerCase(Locale.ROOT);
        return all.stream()
                .filter(task -> fits(task, state))
                .filter(task -> words(task).contains(wanted))
                .sorted(order())
                .map(task -> new Row(task, spark.apply(task)))
                .toList();
    }

    private static String words(TaskView task) {
        return String.join(
                        " ",
                        task.name(),
                        task.stateText(),
                        task.source().name(),
                        task.target().name())
                .toLowerCase(Locale.ROOT);
    }

    private Comparator<TaskView> order() {
        Comparator<TaskView> byName =
                Comparator.comparing((TaskView task) -> task.name().toLowerCase(Locale.ROOT))
                        .thenComparing(TaskView::created);
        return switch (sort) {
            case "state" ->
                    Comparator.comparingInt((TaskView task) -> TONES.indexOf(task.tone()))
                            .thenComparing(byName);
            case "lag" -> by(p -> p.lagMillis() == null ? -1.0 : p.lagMillis(), byName);
            case "rate" -> by(p -> (double) p.commandsPerSecond(), byName);
            case "progress" -> by(p -> p.percent() == null ? -1.0 : p.percent(), byName);
            default -> byName;
        };
    }

    private static Comparator<TaskView> by(
            Function<ProgressView, Double> number, Comparator<TaskView> then) {
        return Comparator.comparing(
                        (TaskView task) -> {
                            ProgressView progress = task.progress();
                            return progress == null ? -2.0 : number.apply(progress);
                        })
                .reversed()
                .thenComparing(then);
    }
}
