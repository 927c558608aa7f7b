package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.metrics.Charts;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.Conflict;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RefusedCommand;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry;
import io.syncline.server.task.Directions;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Body;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a task tells: `/api/v1/tasks/{id}/events`, `/precheck`, `/refused`, `/conflicts`,
/// `/series`.
public final class TaskLogApi {
    private static final int MAX_LINES = 500;
    private static final int USUAL_LINES = 100;

    private final Tasks tasks;
    private final TaskChanges changes;
    private final Charts charts;

    public TaskLogApi(Tasks tasks, TaskChanges changes, Charts charts) {
        this.tasks = tasks;
        this.changes = changes;
        this.charts = charts;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .get("/api/v1/tasks/{id}/events", this::events)
                .get("/api/v1/tasks/{id}/precheck", this::precheck)
                .post("/api/v1/tasks/{id}/precheck/{position}/confirm", this::confirm)
                .get("/api/v1/tasks/{id}/refused", this::refused)
                .post("/api/v1/tasks/{id}/refused/{refused}/acknowledge", this::acknowledge)
                .post("/api/v1/tasks/{id}/refused/{refused}/skip", this::skip)
                .post("/api/v1/tasks/{id}/refused/{refused}/retry", this::retry)
                .get("/api/v1/tasks/{id}/conflicts", this::conflicts)
                .get("/api/v1/tasks/{id}/conflicts.jsonl", this::allConflicts)
                .get("/api/v1/tasks/{id}/series", this::series);
    }

    private Task task(Context ctx) {
        return tasks.find(Gate.actor(ctx), ctx.pathParam("id")).task();
    }

    static int limit(Context ctx) {
        return (int) Math.min(MAX_LINES, number(ctx, "limit", USUAL_LINES));
    }

    static long number(Context ctx, String name, long missing) {
        String text = ctx.queryParam(name);
        if (text == null) {
            return missing;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw Problem.badRequest(
                    name, "'" + Names.shown(text) + "' is not a whole number", "Leave it out");
        }
        return Long.parseLong(text);
    }

    private void events(Context ctx) {
        List<TaskEntry> entries =
                tasks.log()
                        .entries(task(ctx).id(), number(ctx, "before", Long.MAX_VALUE), limit(ctx));
        Json.answer(ctx, Map.of("events", entries.stream().map(TaskLogApi::view).toList()));
    }

    private static Map<String, Object> view(TaskEntry it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", Long.toString(it.id()));
        view.put("at", it.at().toString());
        view.put("level", it.level().code());
        view.put("kind", it.kind());
        view.put("text", it.text());
        view.put("remedy", it.remedy());
        return view;
    }

    private void precheck(Context ctx) {
        Task task = task(ctx);
        List<CheckResult> checks = tasks.log().checks(task.id());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("state", task.state().code());
        for (String severity : List.of("ok", "warning", "error")) {
            answer.put(
                    severity, checks.stream().filter(c -> c.severity().equals(severity)).count());
        }
        answer.put("items", checks.stream().map(TaskLogApi::view).toList());
        Json.answer(ctx, answer);
    }

    private static Map<String, Object> view(CheckResult it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("position", it.position());
        view.put("check", it.check());
        view.put("severity", it.severity());
        view.put("place", it.place());
        if (!it.code().isEmpty()) {
            view.put("code", it.code());
        }
        view.put("found", it.found());
        view.put("remedy", it.remedy());
        String by = it.confirmedBy();
        Instant at = it.confirmedAt();
        if (by != null && at != null) {
            view.put("confirmedBy", by);
            view.put("confirmedAt", at.toString());
        }
        return view;
    }

    private void confirm(Context ctx) {
        Body.of(ctx).done();
        String position = ctx.pathParam("position");
        if (!position.matches("[0-9]{1,6}")) {
            throw Problem.notFound("check", Names.shown(position));
        }
        tasks.confirm(Gate.actor(ctx), ctx.pathParam("id"), Integer.parseInt(position));
        precheck(ctx);
    }

    private void refused(Context ctx) {
        List<RefusedCommand> all = tasks.log().refused(task(ctx).id(), limit(ctx));
        Json.answer(ctx, Map.of("refused", all.stream().map(TaskLogApi::view).toList()));
    }

    private static Map<String, Object> view(RefusedCommand it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", Long.toString(it.id()));
        view.put("at", it.at().toString());
        view.put("shard", it.shard());
        view.put("offset", it.offset());
        view.put("database", it.database());
        view.put("command", it.command());
        view.put("key", it.key());
        view.put("reason", it.reason());
        view.put("decision", it.decision());
        return view;
    }

    private void acknowledge(Context ctx) {
        tasks.acknowledge(Gate.actor(ctx), ctx.pathParam("id"), refusedId(ctx));
        refused(ctx);
    }

    private void skip(Context ctx) {
        changes.skipRefused(Gate.actor(ctx), ctx.pathParam("id"), refusedId(ctx));
        refused(ctx);
    }

    private void retry(Context ctx) {
        changes.retryRefused(Gate.actor(ctx), ctx.pathParam("id"), refusedId(ctx));
        refused(ctx);
    }

    private static long refusedId(Context ctx) {
        Body.of(ctx).done();
        String id = ctx.pathParam("refused");
        if (!id.matches("[0-9]{1,18}")) {
            throw Problem.notFound("refused command", Names.shown(id));
        }
        return Long.parseLong(id);
    }

    private void series(Context ctx) {
        String task = task(ctx).id();
        Charts.Range range = Charts.Range.of(ctx.queryParam("range"));
        String direction = ctx.queryParam("direction");
        Json.answer(
                ctx,
                direction == null || direction.isEmpty()
                        ? charts.series(task, range)
                        : charts.series(task, Directions.of(direction), range));
    }

    private void conflicts(Context ctx) {
        String task = task(ctx).id();
        List<Conflict> latest = tasks.conflicts().latest(task, limit(ctx));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("total", tasks.conflicts().count(task));
        answer.put("conflicts", latest.stream().map(TaskLogApi::view).toList());
        Json.answer(ctx, answer);
    }

    private static Map<String, Object> view(Conflict it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("number", it.number());
        view.put("time", it.time().toString());
        view.put("database", it.database());
        view.put("key", it.key());
        view.put("cause", it.cause());
        putTime(view, "sourceTime", it.sourceTime());
        putTime(view, "targetTime", it.targetTime());
        view.put("winner", it.winner());
        return view;
    }

    private static void putTime(Map<String, Object> view, String name, @Nullable Instant time) {
        if (time != null) {
            view.put(name, time.toString());
        }
    }

    private void allConflicts(Context ctx) throws IOException {
        Task task = task(ctx);
        ctx.contentType("application/x-ndjson")
                .header("Content-Disposition", "attachment; filename=\"conflicts.jsonl\"");
        tasks.conflicts().copy(task.id(), ctx.outputStream());
    }
}
