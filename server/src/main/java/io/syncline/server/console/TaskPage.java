package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.syncline.engine.twoway.Site;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.lifecycle.DirectionAction;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.metrics.Charts;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.task.Directions;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `/tasks/{id}`: one task, its tabs and its buttons.
final class TaskPage {
    /// What cannot be undone asks for the task's name.
    private static final Set<TaskAction> DANGEROUS =
            EnumSet.of(TaskAction.RESET, TaskAction.RELEASE, TaskAction.STOP);

    /// These need more than a name.
    private static final Set<TaskAction> WITH_VALUES =
            EnumSet.of(TaskAction.CLONE, TaskAction.RENAME, TaskAction.MODIFY, TaskAction.THROTTLE);

    private final Pages pages;
    private final Tasks tasks;
    private final TaskChanges changes;
    private final Directions directions;
    private final TaskViews views;
    private final Charts charts;
    private final List<TaskTab> tabs;

    TaskPage(
            Pages pages,
            Tasks tasks,
            TaskChanges changes,
            Directions directions,
            TaskViews views,
            Charts charts,
            List<TaskTab> tabs) {
        this.pages = pages;
        this.tasks = tasks;
        this.changes = changes;
        this.directions = directions;
        this.views = views;
        this.charts = charts;
        this.tabs = tabs;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/tasks/{id}", ctx -> show(ctx, tabs.getFirst()))
                .get("/tasks/{id}/series.json", this::series)
                .get("/tasks/{id}/task.yaml", this::yaml)
                .get("/tasks/{id}/conflicts.jsonl", this::conflicts)
                .post("/tasks/{id}/resync/{side}", this::resync)
                .post("/tasks/{id}/rename", this::rename)
                .post("/tasks/{id}/clone", this::copy)
                .post("/tasks/{id}/throttle", this::throttle)
                .post("/tasks/{id}/directions/{direction}/throttle", this::throttleOne)
                .post("/tasks/{id}/directions/{direction}/{action}", this::direct)
                .post("/tasks/{id}/actions/{action}", this::act)
                .post("/tasks/{id}/precheck/{position}/confirm", this::confirm)
                .post("/tasks/{id}/refused/skip", this::skip)
                .post("/tasks/{id}/refused/{refused}/skip", this::skipOne)
                .post("/tasks/{id}/refused/{refused}/retry", this::retryOne)
                .post("/tasks/{id}/refused/{refused}/acknowledge", this::acknowledge);
        for (TaskTab tab : tabs) {
            config.routes.get("/tasks/{id}/" + tab.code(), ctx -> show(ctx, tab));
        }
    }

    void show(Context ctx, TaskTab tab) {
        TaskView task = views.of(tasks.find(Gate.actor(ctx), ctx.pathParam("id")));
        Map<String, Object> inner = new HashMap<>(tab.values(ctx, task));
        inner.put("task", task);
        inner.put("frame", pages.frame(ctx, task.name(), ""));
        Map<String, Object> values = new HashMap<>();
        values.put("task", task);
        values.put("tab", tab.code());
        values.put("tabs", tabs.stream().map(TaskTab::code).toList());
        values.put("content", pages.fill("tab/" + tab.code() + ".jte", inner));
        pages.show(ctx, "task", task.name(), "/live/tasks/" + task.id(), values);
    }

    private void series(Context ctx) {
        TaskControl control = tasks.find(Gate.actor(ctx), ctx.pathParam("id"));
        Json.answer(
                ctx, charts.series(control.task().id(), Charts.Range.of(ctx.queryParam("range"))));
    }

    private void yaml(Context ctx) {
        ctx.contentType("application/yaml")
                .header("Content-Disposition", "attachment; filename=\"task.yaml\"")
                .result(
                        tasks.yaml(Gate.actor(ctx), ctx.pathParam("id"))
                                .getBytes(StandardCharsets.UTF_8));
    }

    private void conflicts(Context ctx) throws IOException {
        TaskControl control = tasks.find(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.contentType("application/x-ndjson")
                .header("Content-Disposition", "attachment; filename=\"conflicts.jsonl\"");
        tasks.conflicts().copy(control.task().id(), ctx.outputStream());
    }

    /// Goes on with a two-way task that has a gap: one side's data replace the other's.
    private void resync(Context ctx) {
        TaskControl control = tasks.find(Gate.actor(ctx), ctx.pathParam("id"));
        requireName(ctx, control);
        String side = ctx.pathParam("side");
        if (!side.equals("source") && !side.equals("target")) {
            throw Problem.notFound("side", Names.shown(side));
        }
        tasks.resync(
                Gate.actor(ctx),
                control.task().id(),
                side.equals("source") ? Site.SOURCE : Site.TARGET);
        Pages.go(ctx, "/tasks/" + control.task().id());
    }

    private static void requireName(Context ctx, TaskControl control) {
        if (!control.task().name().equals(ctx.formParam("name"))) {
            throw Problem.badRequest(
                    "name",
                    t("this-cannot-be-undone-task"),
                    t("type-it-and-try-again", control.task().name()));
        }
    }

    private void act(Context ctx) {
        Actor actor = Gate.actor(ctx);
        String id = ctx.pathParam("id");
        String name = ctx.pathParam("action");
        TaskAction action = TaskAction.ofCode(name);
        if (action == null || WITH_VALUES.contains(action)) {
            throw Problem.notFound("action", Names.shown(name));
        }
        TaskControl control = tasks.find(actor, id);
        if (DANGEROUS.contains(action)) {
            requireName(ctx, control);
        }
        tasks.act(actor, id, action);
        if (Pages.isPart(ctx)) {
            // The list shows it by itself.
            ctx.status(HttpStatus.NO_CONTENT);
            return;
        }
        Pages.go(ctx, action == TaskAction.RELEASE ? "/tasks" : "/tasks/" + control.task().id());
    }

    private void rename(Context ctx) {
        Form form = Form.sent(ctx);
        TaskControl control =
                tasks.rename(Gate.actor(ctx), ctx.pathParam("id"), form.value("name"));
        Pages.go(ctx, "/tasks/" + control.task().id() + "/settings");
    }

    private void copy(Context ctx) {
        Form form = Form.sent(ctx);
        TaskControl copy = tasks.copy(Gate.actor(ctx), ctx.pathParam("id"), form.value("name"));
        Pages.go(ctx, "/tasks/" + copy.task().id() + "/setup/objects");
    }

    private void throttle(Context ctx) {
        Form form = Form.sent(ctx);
        TaskControl control =
                changes.throttle(
                        Gate.actor(ctx),
                        ctx.pathParam("id"),
                        form.value("max-rps"),
                        form.value("max-mbps"));
        Pages.go(ctx, "/tasks/" + control.task().id() + "/settings");
    }

    private void throttleOne(Context ctx) {
        Form form = Form.sent(ctx);
        TaskControl control =
                directions.throttle(
                        Gate.actor(ctx),
                        ctx.pathParam("id"),
                        Directions.of(ctx.pathParam("direction")),
                        form.value("max-rps"),
                        form.value("max-mbps"));
        Pages.go(ctx, "/tasks/" + control.task().id() + "/settings");
    }

    private void direct(Context ctx) {
        String name = ctx.pathParam("action");
        DirectionAction action = DirectionAction.ofCode(name);
        if (action == null) {
            throw Problem.notFound("action", Names.shown(name));
        }
        TaskControl control =
                directions.act(
                        Gate.actor(ctx),
                        ctx.pathParam("id"),
                        Directions.of(ctx.pathParam("direction")),
                        action);
        Pages.go(ctx, "/tasks/" + control.task().id());
    }

    private void confirm(Context ctx) {
        String position = ctx.pathParam("position");
        if (!position.matches("[0-9]{1,6}")) {
            throw Problem.notFound("check", Names.shown(position));
        }
        tasks.confirm(Gate.actor(ctx), ctx.pathParam("id"), Integer.parseInt(position));
        boolean setup = "setup".equals(ctx.formParam("back"));
        Pages.go(ctx, "/tasks/" + ctx.pathParam("id") + (setup ? "/setup/precheck" : "/precheck"));
    }

    private static long refused(Context ctx) {
        String refused = ctx.pathParam("refused");
        if (!refused.matches("[0-9]{1,18}")) {
            throw Problem.notFound("refused command", Names.shown(refused));
        }
        return Long.parseLong(refused);
    }

    private void skipOne(Context ctx) {
        changes.skipRefused(Gate.actor(ctx), ctx.pathParam("id"), refused(ctx));
        Pages.go(ctx, "/tasks/" + ctx.pathParam("id") + "/refused");
    }

    private void retryOne(Context ctx) {
        changes.retryRefused(Gate.actor(ctx), ctx.pathParam("id"), refused(ctx));
        Pages.go(ctx, "/tasks/" + ctx.pathParam("id") + "/refused");
    }

    private void acknowledge(Context ctx) {
        tasks.acknowledge(Gate.actor(ctx), ctx.pathParam("id"), refused(ctx));
        Pages.go(ctx, "/tasks/" + ctx.pathParam("id") + "/refused");
    }

    /// Lets a task that a refused command has stopped go on without it, and without later ones.
    private void skip(Context ctx) {
        Actor actor = Gate.actor(ctx);
        TaskControl control = tasks.find(actor, ctx.pathParam("id"));
        Map<String, String> settings = new HashMap<>(control.task().settings());
        settings.put("on-refused", "skip");
        changes.configure(actor, control.task().id(), settings, null);
        if (TaskAction.RESUME.isAllowedIn(control.task().state())) {
            tasks.act(actor, control.task().id(), TaskAction.RESUME);
        }
        Pages.go(ctx, "/tasks/" + control.task().id() + "/refused");
    }
}
