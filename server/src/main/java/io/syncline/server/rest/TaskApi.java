package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.engine.twoway.Site;
import io.syncline.server.api.TaskViews;
import io.syncline.server.lifecycle.DirectionAction;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.Directions;
import io.syncline.server.task.NewTask;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.TaskFiles;
import io.syncline.server.task.Tasks;
import io.syncline.server.view.Direction;
import io.syncline.server.web.Body;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/api/v1/tasks`: creating, changing and acting. What a task tells is in [TaskLogApi].
public final class TaskApi {
    private final Tasks tasks;
    private final TaskChanges changes;
    private final Directions directions;
    private final TaskFiles files;
    private final TaskViews views;

    public TaskApi(
            Tasks tasks,
            TaskChanges changes,
            Directions directions,
            TaskFiles files,
            TaskViews views) {
        this.tasks = tasks;
        this.changes = changes;
        this.directions = directions;
        this.files = files;
        this.views = views;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .get("/api/v1/tasks", this::list)
                .post("/api/v1/tasks", this::create)
                .get("/api/v1/tasks/{id}", this::show)
                .patch("/api/v1/tasks/{id}", this::change)
                .delete("/api/v1/tasks/{id}", this::release)
                .post("/api/v1/tasks/{id}/clone", this::copy)
                .post("/api/v1/tasks/{id}/throttle", this::throttle)
                .post("/api/v1/tasks/{id}/resync", this::resync)
                .post("/api/v1/tasks/{id}/directions/{direction}/throttle", this::throttleOne)
                .post("/api/v1/tasks/{id}/directions/{direction}/{action}", this::direct)
                .post("/api/v1/tasks/{id}/actions/{action}", this::act)
                .get("/api/v1/tasks/{id}/yaml", this::yaml);
    }

    private void list(Context ctx) {
        List<?> all = tasks.list(Gate.actor(ctx)).stream().map(views::of).toList();
        Json.answer(ctx, Map.of("tasks", all));
    }

    private void show(Context ctx) {
        answer(ctx, tasks.find(Gate.actor(ctx), ctx.pathParam("id")));
    }

    private void answer(Context ctx, TaskControl control) {
        Json.answer(ctx, views.of(control));
    }

    private void create(Context ctx) {
        Actor actor = Gate.actor(ctx);
        String type = ctx.contentType();
        TaskControl control =
                type != null && type.contains("yaml")
                        ? files.create(actor, ctx.body())
                        : tasks.create(actor, newTask(Body.of(ctx)));
        ctx.status(201).header("Location", "/api/v1/tasks/" + control.task().id());
        answer(ctx, control);
    }

    private static NewTask newTask(Body body) {
        NewTask task =
                new NewTask(
                        body.text("name", ""),
                        topology(body.text("topology", "one-way")),
                        chosen(body, "source"),
                        chosen(body, "target"),
                        settings(body, Map.of()),
                        alerts(body, AlertRules.USUAL));
        body.done();
        return task;
    }

    private static Task.Topology topology(String text) {
        return switch (text) {
            case "one-way" -> Task.Topology.ONE_WAY;
            case "two-way" -> Task.Topology.TWO_WAY;
            default ->
                    throw Problem.badRequest(
                            "topology",
                            "'" + Names.shown(text) + "' is not a topology",
                            "One of one-way, two-way");
        };
    }

    private static NewTask.Chosen chosen(Body body, String name) {
        Body side = body.object(name);
        NewTask.Chosen chosen =
                new NewTask.Chosen(
                        side.text("instance"), side.text("account", ""), side.text("role", ""));
        side.done();
        return chosen;
    }

    private static Map<String, String> settings(Body body, Map<String, String> missing) {
        Map<String, String> values = body.valuesOrNull("settings");
        return values == null ? missing : values;
    }

    /// A rule that is not given stays as it is.
    private static AlertRules alerts(Body body, AlertRules before) {
        Body it = body.objectOrNull("alerts");
        if (it == null) {
            return before;
        }
        AlertRules rules =
                new AlertRules(
                        it.number("lagSeconds", before.lagSeconds()),
                        it.number("lagForSeconds", before.lagForSeconds()),
                        it.truth("stateChanges", before.stateChanges()),
                        it.number("fullSyncHours", before.fullSyncHours()),
                        it.number("spoolPercent", before.spoolPercent()),
                        it.number("memoryPercent", before.memoryPercent()),
                        it.number("verificationDifferences", before.verificationDifferences()),
                        it.number("silenceMinutes", before.silenceMinutes()));
        it.done();
        return rules;
    }

    private void change(Context ctx) {
        Actor actor = Gate.actor(ctx);
        actor.require(Role.OPERATOR, "change tasks");
        String id = ctx.pathParam("id");
        TaskControl control = tasks.find(actor, id);
        Body body = Body.of(ctx);
        String name = body.textOrNull("name");
        Map<String, String> settings = body.valuesOrNull("settings");
        AlertRules alerts = alerts(body, control.task().alerts());
        String version = body.text("version", "");
        body.done();
        if (name != null) {
            tasks.rename(actor, id, name);
        }
        boolean newAlerts = !alerts.equals(control.task().alerts());
        if (settings != null || newAlerts) {
            changes.configure(actor, id, version, settings, newAlerts ? alerts : null);
        }
        answer(ctx, control);
    }

    private void act(Context ctx) {
        String name = ctx.pathParam("action");
        @Nullable TaskAction action = TaskAction.ofCode(name);
        if (action == null
                || List.of(
                                TaskAction.RENAME,
                                TaskAction.CLONE,
                                TaskAction.THROTTLE,
                                TaskAction.MODIFY)
                        .contains(action)) {
            throw Problem.badRequest(
                    "action",
                    "'" + Names.shown(name) + "' is not an action",
                    "One of configure, precheck, start, pause, resume, stop, reset, release; rename and"
                            + " modify with PATCH");
        }
        Body.of(ctx).done();
        answer(ctx, tasks.act(Gate.actor(ctx), ctx.pathParam("id"), action));
    }

    private void release(Context ctx) {
        tasks.act(Gate.actor(ctx), ctx.pathParam("id"), TaskAction.RELEASE);
        ctx.status(204);
    }

    private void copy(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name", "");
        body.done();
        TaskControl control = tasks.copy(Gate.actor(ctx), ctx.pathParam("id"), name);
        ctx.status(201).header("Location", "/api/v1/tasks/" + control.task().id());
        answer(ctx, control);
    }

    private void throttle(Context ctx) {
        Body body = Body.of(ctx);
        String rps = ceiling(body, "maxRps");
        String mbps = ceiling(body, "maxMbps");
        body.done();
        answer(ctx, changes.throttle(Gate.actor(ctx), ctx.pathParam("id"), rps, mbps));
    }

    /// A number, or its text as in the settings.
    private static String ceiling(Body body, String field) {
        String value = body.valueOrNull(field);
        return value == null ? "" : value;
    }

    private void throttleOne(Context ctx) {
        Body body = Body.of(ctx);
        String rps = ceiling(body, "maxRps");
        String mbps = ceiling(body, "maxMbps");
        body.done();
        Direction direction = Directions.of(ctx.pathParam("direction"));
        Actor actor = Gate.actor(ctx);
        answer(ctx, directions.throttle(actor, ctx.pathParam("id"), direction, rps, mbps));
    }

    private void direct(Context ctx) {
        String name = ctx.pathParam("action");
        DirectionAction action = DirectionAction.ofCode(name);
        if (action == null) {
            throw Problem.badRequest(
                    "action",
                    "'" + Names.shown(name) + "' is not an action of a direction",
                    "One of pause, resume, throttle");
        }
        Body.of(ctx).done();
        Direction direction = Directions.of(ctx.pathParam("direction"));
        answer(ctx, directions.act(Gate.actor(ctx), ctx.pathParam("id"), direction, action));
    }

    /// Replaces one side's data, so it asks for the task's name.
    private void resync(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Task task = tasks.find(actor, ctx.pathParam("id")).task();
        Body body = Body.of(ctx);
        String from = body.text("from");
        String name = body.text("name");
        body.done();
        Site site =
                switch (from) {
                    case "source" -> Site.SOURCE;
                    case "target" -> Site.TARGET;
                    default ->
                            throw Problem.badRequest(
                                    "from",
                                    "'" + Names.shown(from) + "' is not a side",
                                    "One of source, target: the side whose data both will have");
                };
        requireName(task, name);
        answer(ctx, tasks.resync(actor, task.id(), site));
    }

    /// For what cannot be undone.
    static void requireName(Task task, String name) {
        if (!name.equals(task.name())) {
            throw Problem.badRequest(
                    "name",
                    "this cannot be undone, so it asks for the task's name",
                    "Give \"name\": \"" + task.name() + "\"");
        }
    }

    private void yaml(Context ctx) {
        String text = files.yaml(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.contentType("application/yaml")
                .header("Content-Disposition", "attachment; filename=\"task.yaml\"")
                .result(text.getBytes(StandardCharsets.UTF_8));
    }
}
