package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.server.api.ProgressView;
import io.syncline.server.api.TaskView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
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
    public record Filter(String name, String title, String path, boolean chosen, int count) {
        /// The place of its count, which is live.
        public String place() {
            return "count-" + (name.isEmpty() ? "all" : name);
        }
    }

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
    private static final String TROUBLE = "trouble";
    private static final String RUNNING = "running";
    private static final String PAUSED = "paused";
    private static final String WAITING = "waiting";
    private static final String COMPLETED = "completed";
    private static final List<String> STATES =
            List.of(TROUBLE, RUNNING, PAUSED, WAITING, COMPLETED);

    private static final List<String> QUICK = List.of("pause", "resume");

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

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
        return List.of(
                filter("", t("all")),
                filter(TROUBLE, t("in-trouble")),
                filter(RUNNING, t("running")),
                filter(PAUSED, t("paused")),
                filter(WAITING, t("not-started")),
                filter(COMPLETED, t("completed")));
    }

    /// Changes when a task comes, goes, or belongs under another filter: an open page asks for its
    /// rows again.
    public String listed() {
        return Integer.toHexString(
                all.stream()
                        .map(task -> task.id() + STATES.stream().map(it -> fits(task, it)).toList())
                        .sorted()
                        .toList()
                        .hashCode());
    }

    private Filter filter(String name, String title) {
        int count = (int) all.stream().filter(task -> fits(task, name)).count();
        return new Filter(name, title, path(name, sort, search), state.equals(name), count);
    }

    private static boolean fits(TaskView task, String filter) {
        return switch (filter) {
            case TROUBLE -> Words.isTrouble(task.tone());
            case RUNNING ->
                    task.state().equals(RUNNING)
                            || task.state().equals("initializing")
                            || task.state().equals("modifying");
            case PAUSED, COMPLETED -> task.state().equals(filter);
            case WAITING -> task.state().startsWith("not-") || task.state().startsWith("precheck");
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
                Comparator.comparing((TaskView task) -> inOrder(task.name()))
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

    /// Sorts as people count: orders-2 before orders-10.
    private static String inOrder(String name) {
        return NUMBER.matcher(name.toLowerCase(Locale.ROOT))
                .replaceAll(number ->
                        "0".repeat(Math.max(0, 20 - number.group().length())) + number.group());
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
