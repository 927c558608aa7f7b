package io.syncline.server.console;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.metrics.Charts;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `/tasks/{id}`: one task, its tabs and its buttons.
final class TaskPage {
    private static final int LINES = 200;
    private static final Set<String> TABS =
            Set.of("overview", "positions", "events", "refused", "precheck", "settings");

    /// What cannot be undone asks for the task's name.
    private static final Set<TaskAction> DANGEROUS =
            EnumSet.of(TaskAction.RESET, TaskAction.RELEASE, TaskAction.STOP);

    private final Pages pages;
    private final Tasks tasks;
    private final TaskViews views;
    private final Charts charts;

    TaskPage(Pages pages, Tasks tasks, TaskViews views, Charts charts) {
        this.pages = pages;
        this.tasks = tasks;
        this.views = views;
        this.charts = charts;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/tasks/{id}", ctx -> show(ctx, "overview"))
                .get("/tasks/{id}/series.json", this::series)
                .get("/tasks/{id}/{tab}", ctx -> show(ctx, ctx.pathParam("tab")))
                .post("/tasks/{id}/actions/{action}", this::act)
                .post("/tasks/{id}/precheck/{position}/confirm", this::confirm)
                .post("/tasks/{id}/refused/{refused}/acknowledge", this::acknowledge);
    }

    private void show(Context ctx, String tab) {
        if (!TABS.contains(tab)) {
            throw Problem.notFound("page", Names.shown(tab));
        }
        Actor actor = Gate.actor(ctx);
        TaskView task = views.of(tasks.find(actor, ctx.pathParam("id")));
        Map<String, Object> values = new HashMap<>();
        values.put("task", task);
        values.put("tab", tab);
        values.put("events", tasks.log().entries(task.id(), Long.MAX_VALUE, LINES));
        values.put("checks", tasks.log().checks(task.id()));
        values.put("refused", tasks.log().refused(task.id(), LINES));
        values.put("yaml", tab.equals("settings") ? tasks.yaml(actor, task.id()) : "");
        pages.show(ctx, "task", task.name(), values);
    }

    private void series(Context ctx) {
        TaskControl control = tasks.find(Gate.actor(ctx), ctx.pathParam("id"));
        Json.answer(
                ctx, charts.series(control.task().id(), Charts.Range.of(ctx.queryParam("range"))));
    }

    private void act(Context ctx) {
        Actor actor = Gate.actor(ctx);
        String id = ctx.pathParam("id");
        String name = ctx.pathParam("action");
        TaskAction action = TaskAction.ofCode(name);
        boolean simple =
                action != null
                        && !List.of(
                                        TaskAction.CLONE,
                                        TaskAction.RENAME,
                                        TaskAction.MODIFY,
                                        TaskAction.THROTTLE)
                                .contains(action);
        if (action == null || !simple) {
            throw Problem.notFound("action", Names.shown(name));
        }
        TaskControl control = tasks.find(actor, id);
        String typed = ctx.formParam("name");
        if (DANGEROUS.contains(action) && !control.task().name().equals(typed)) {
            throw Problem.badRequest(
                    "name",
                    "this cannot be undone, so it asks for the task's name",
                    "Type '" + control.task().name() + "' and try again");
        }
        tasks.act(actor, id, action);
        back(ctx, action == TaskAction.RELEASE ? "/tasks" : "/tasks/" + control.task().id());
    }

    private void confirm(Context ctx) {
        String position = ctx.pathParam("position");
        if (!position.matches("[0-9]{1,6}")) {
            throw Problem.notFound("check", Names.shown(position));
        }
        tasks.confirm(Gate.actor(ctx), ctx.pathParam("id"), Integer.parseInt(position));
        back(ctx, "/tasks/" + ctx.pathParam("id") + "/precheck");
    }

    private void acknowledge(Context ctx) {
        String refused = ctx.pathParam("refused");
        if (!refused.matches("[0-9]{1,18}")) {
            throw Problem.notFound("refused command", Names.shown(refused));
        }
        tasks.acknowledge(Gate.actor(ctx), ctx.pathParam("id"), Long.parseLong(refused));
        back(ctx, "/tasks/" + ctx.pathParam("id") + "/refused");
    }

    private static void back(Context ctx, String path) {
        ctx.status(303).header("Location", path);
    }
}
