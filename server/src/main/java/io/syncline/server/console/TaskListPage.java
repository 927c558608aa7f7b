package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.metrics.Charts;
import io.syncline.server.model.Actor;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `/tasks`: every task on one page, with search as you type.
final class TaskListPage {
    private static final String LIVE = "/live/tasks";

    /// Points of a row's small picture, over a quarter of an hour.
    private static final int POINTS = 42;

    private static final int WIDTH = 84;
    private static final int HEIGHT = 22;

    private final Pages pages;
    private final Tasks tasks;
    private final TaskViews views;
    private final Charts charts;

    TaskListPage(Pages pages, Tasks tasks, TaskViews views, Charts charts) {
        this.pages = pages;
        this.tasks = tasks;
        this.views = views;
        this.charts = charts;
    }

    void routes(JavalinConfig config) {
        config.routes.get("/tasks", this::show);
    }

    private void show(Context ctx) {
        Form asked = Form.asked(ctx);
        TaskListing listing =
                listing(
                        Gate.actor(ctx),
                        asked.value("q"),
                        asked.value("state"),
                        asked.value("sort", "name"));
        if ("task-rows".equals(ctx.header("HX-Target"))) {
            ctx.html(pages.fill("part/taskRows.jte", Map.of("listing", listing)));
            return;
        }
        pages.show(ctx, "tasks", t("tasks"), LIVE, Map.of("listing", listing));
    }

    private TaskListing listing(Actor actor, String search, String state, String sort) {
        return new TaskListing(views.of(tasks.list(actor)), search, state, sort, this::spark);
    }

    /// What moves in the list of an account, by the id of its place: what [LiveStreams] sends.
    Map<String, String> parts(Actor actor) {
        TaskListing listing = listing(actor, "", "", "name");
        Map<String, String> parts = new LinkedHashMap<>();
        for (TaskListing.Row row : listing.rows()) {
            parts.put("row-" + row.task().id(), pages.fill("part/taskRow.jte", Map.of("row", row)));
        }
        for (TaskListing.Filter filter : listing.filters()) {
            parts.put(filter.place(), Integer.toString(filter.count()));
        }
        parts.put("listed", listing.listed());
        return parts;
    }

    /// The lag of the last quarter of an hour as points of a line; empty when there is none.
    private String spark(TaskView task) {
        if (task.progress() == null) {
            return "";
        }
        List<Long> lags = charts.series(task.id(), Charts.Range.QUARTER_HOUR).lagMillis();
        List<Long> points = new ArrayList<>();
        int from = Math.max(0, lags.size() - 180);
        int each = Math.max(1, (lags.size() - from + POINTS - 1) / POINTS);
        for (int i = from; i < lags.size(); i += each) {
            points.add(
                    lags.subList(i, Math.min(lags.size(), i + each)).stream()
                            .mapToLong(Long::longValue)
                            .max()
                            .orElse(0));
        }
        if (points.size() < 2) {
            return "";
        }
        // Below a second all lines look alike: that is what they should say.
        long most = Math.max(1_000, points.stream().mapToLong(Long::longValue).max().orElse(0));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            double x = (double) WIDTH * i / (points.size() - 1);
            double y = HEIGHT - 2 - (HEIGHT - 4.0) * Math.max(0, points.get(i)) / most;
            text.append(String.format(Locale.ROOT, "%.0f,%.0f ", x, y));
        }
        return text.toString().strip();
    }
}
