package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.VerificationView;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.VerifyFields;
import io.syncline.server.task.Tasks;
import io.syncline.server.verification.Verifications;
import io.syncline.server.web.Body;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `/api/v1/tasks/{id}/verifications` and `/verification-plan`.
public final class VerificationApi {
    private final Tasks tasks;
    private final Verifications verifications;

    public VerificationApi(Tasks tasks, Verifications verifications) {
        this.tasks = tasks;
        this.verifications = verifications;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .get("/api/v1/tasks/{id}/verifications", this::list)
                .post("/api/v1/tasks/{id}/verifications", this::start)
                .get("/api/v1/tasks/{id}/verifications/{verification}", this::show)
                .post("/api/v1/tasks/{id}/verifications/{verification}/cancel", this::cancel)
                .get(
                        "/api/v1/tasks/{id}/verifications/{verification}/differences",
                        this::differences)
                .get(
                        "/api/v1/tasks/{id}/verifications/{verification}/differences.jsonl",
                        ctx -> download(ctx, false))
                .get(
                        "/api/v1/tasks/{id}/verifications/{verification}/differences.csv",
                        ctx -> download(ctx, true))
                .get("/api/v1/tasks/{id}/verification-plan", this::plan)
                .patch("/api/v1/tasks/{id}/verification-plan", this::changePlan);
    }

    private VerificationRun run(Context ctx) {
        return verifications.find(
                Gate.actor(ctx), ctx.pathParam("id"), ctx.pathParam("verification"));
    }

    private void answer(Context ctx, VerificationRun run) {
        Json.answer(ctx, VerificationView.of(verifications, run));
    }

    private void list(Context ctx) {
        Json.answer(
                ctx,
                Map.of(
                        "verifications",
                        verifications
                                .list(Gate.actor(ctx), ctx.pathParam("id"), TaskLogApi.limit(ctx))
                                .stream()
                                .map(run -> VerificationView.of(verifications, run))
                                .toList()));
    }

    private void start(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Task task = tasks.find(actor, ctx.pathParam("id")).task();
        Body body = Body.of(ctx);
        Map<String, String> options = new TreeMap<>();
        for (Setting setting : VerifyFields.KNOWN) {
            String field = VerifyFields.field(setting);
            String value =
                    setting.isFlag() ? flag(body.truthOrNull(field)) : body.valueOrNull(field);
            if (value != null && !value.isBlank()) {
                options.put(setting.key(), value.strip());
            }
        }
        String name = body.text("name", "");
        body.done();
        if (options.containsKey(Setting.REPAIR.key())) {
            TaskApi.requireName(task, name);
        }
        VerificationRun run = verifications.start(actor, task.id(), options);
        ctx.status(201)
                .header("Location", "/api/v1/tasks/" + task.id() + "/verifications/" + run.id());
        answer(ctx, run);
    }

    /// Null leaves it as usual.
    private static @Nullable String flag(@Nullable Boolean given) {
        return given != null && given ? "true" : null;
    }

    private void show(Context ctx) {
        answer(ctx, run(ctx));
    }

    private void cancel(Context ctx) {
        Body.of(ctx).done();
        answer(
                ctx,
                verifications.cancel(
                        Gate.actor(ctx), ctx.pathParam("id"), ctx.pathParam("verification")));
    }

    private void differences(Context ctx) {
        VerificationRun run = run(ctx);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("total", run.numbers().differences());
        answer.put("differences", verifications.differences(run, TaskLogApi.limit(ctx)));
        Json.answer(ctx, answer);
    }

    private void download(Context ctx, boolean csv) throws IOException {
        VerificationRun run = run(ctx);
        String name = "differences." + (csv ? "csv" : "jsonl");
        ctx.contentType(csv ? "text/csv" : "application/x-ndjson")
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"");
        verifications.copy(run, csv, ctx.outputStream());
    }

    private void plan(Context ctx) {
        Actor actor = Gate.actor(ctx);
        String id = ctx.pathParam("id");
        VerificationPlan plan = verifications.plan(actor, id);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("schedule", plan.schedule());
        Instant next = verifications.next(actor, id);
        if (next != null) {
            answer.put("next", next.toString());
        }
        answer.put("options", VerificationView.options(plan.options()));
        answer.put("incrementalPercent", plan.incrementalPercent());
        answer.put("incrementalRate", plan.incrementalRate());
        Json.answer(ctx, answer);
    }

    /// What is not given stays as it is; the options are replaced all at once.
    private void changePlan(Context ctx) {
        Actor actor = Gate.actor(ctx);
        String id = ctx.pathParam("id");
        VerificationPlan before = verifications.plan(actor, id);
        Body body = Body.of(ctx);
        String schedule = body.text("schedule", before.schedule());
        String percent = body.valueOrNull("incrementalPercent");
        int rate = body.number("incrementalRate", before.incrementalRate());
        Map<String, String> options = body.valuesOrNull("options");
        body.done();
        verifications.plan(
                actor,
                id,
                new VerificationPlan(
                        schedule.strip(),
                        options == null ? before.options() : keys(options),
                        percent == null ? before.incrementalPercent() : percent(percent),
                        rate,
                        0));
        plan(ctx);
    }

    private static double percent(String text) {
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?")) {
            throw Problem.badRequest(
                    "incrementalPercent",
                    "'" + Names.shown(text) + "' is not a percentage from 0 to 100",
                    "0 switches it off; 1 is usual");
        }
        return Double.parseDouble(text);
    }

    private static Map<String, String> keys(Map<String, String> fields) {
        Map<String, String> left = new HashMap<>(fields);
        Map<String, String> options = new TreeMap<>();
        for (Setting setting : VerifyFields.KNOWN) {
            String value = left.remove(VerifyFields.field(setting));
            if (value != null && !value.isBlank()) {
                options.put(setting.key(), value.strip());
            }
        }
        if (!left.isEmpty()) {
            throw Problem.badRequest(
                    "options." + Names.shown(left.keySet().iterator().next()),
                    "there is no such option of a verification",
                    "Known: "
                            + String.join(
                                    ", ",
                                    VerifyFields.KNOWN.stream().map(VerifyFields::field).toList()));
        }
        return options;
    }
}
