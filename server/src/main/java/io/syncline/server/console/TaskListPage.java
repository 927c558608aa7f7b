package io.syncline.server.console;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.model.Actor;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `/tasks`: every task on one page, with search as you type.
final class TaskListPage {
    private final Pages pages;
    private final Tasks tasks;
    private final TaskViews views;

    TaskListPage(Pages pages, Tasks tasks, TaskViews views) {
        this.pages = pages;
        this.tasks = tasks;
        this.views = views;
    }

    void routes(JavalinConfig config) {
        config.routes.get("/tasks", this::show);
    }

    private void show(Context ctx) {
        String search = ctx.queryParam("q");
        String wanted = search == null ? "" : search.strip();
        List<TaskView> found = found(Gate.actor(ctx), wanted.toLowerCase(Locale.ROOT));
        if ("task-rows".equals(ctx.header("HX-Target"))) {
            ctx.html(pages.fill("part/taskRows.jte", Map.of("tasks", found, "search", wanted)));
            return;
        }
        pages.show(ctx, "tasks", "Tasks", Map.of("tasks", found, "search", wanted));
    }

    private List<TaskView> found(Actor actor, String wanted) {
        return tasks.list(actor).stream()
                .map(views::of)
                .filter(t ->
                        (t.name()
                                        + ' '
                                        + t.stateText()
                                        + ' '
                                        + t.source().name()
                                        + ' '
                                        + t.target().name())
                                .toLowerCase(Locale.ROOT)
                                .contains(wanted))
                .toList();
    }
}
