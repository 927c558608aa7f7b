package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
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
import io.syncline.server.web.Gate;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;

/// The tab *Verification* of the task page: runs and what they found, a form for a new one, the
/// schedule.
final class VerificationPage implements TaskTab {
    private static final int RUNS = 20;

    /// Of the run that is looked at; all of them are in the files.
    private static final int DIFFERENCES = 100;

    /// The two forms, by name.
    private static final String NOW = "now";

    private static final String PLANNED = "planned";

    private final Pages pages;
    private final Tasks tasks;
    private final Verifications verifications;

    VerificationPage(Pages pages, Tasks tasks, Verifications verifications) {
        this.pages = pages;
        this.tasks = tasks;
        this.verifications = verifications;
    }

    @Override
    public String code() {
        return "verification";
    }

    /// @param page shows the tab again, with what is wrong in a form
    void routes(JavalinConfig config, TaskPage page) {
        config.routes
                .get("/tasks/{id}/verification/runs", this::runs)
                .post("/tasks/{id}/verification", ctx -> take(ctx, page, NOW, this::start))
                .post("/tasks/{id}/verification/plan", ctx -> take(ctx, page, PLANNED, this::plan))
                .post("/tasks/{id}/verification/{run}/cancel", this::cancel)
                .get("/tasks/{id}/verification/{run}/differences.jsonl", ctx -> copy(ctx, false))
                .get("/tasks/{id}/verification/{run}/differences.csv", ctx -> copy(ctx, true));
    }

    private List<VerificationView> views(Actor actor, String task) {
        return verifications.list(actor, task, RUNS).stream()
                .map(run -> VerificationView.of(verifications, run))
                .toList();
    }

    @Override
    public Map<String, Object> values(Context ctx, TaskView task) {
        Actor actor = Gate.actor(ctx);
        List<VerificationView> runs = views(actor, task.id());
        String asked = Form.asked(ctx).value("run");
        String shown =
                runs.stream()
                        .filter(run ->
                                asked.isEmpty() ? run.differences() > 0 : run.id().equals(asked))
                        .map(VerificationView::id)
                        .findFirst()
                        .orElse("");
        Instant next = verifications.next(actor, task.id());
        Map<String, Object> values = new HashMap<>();
        values.put("runs", runs);
        values.put("shown", shown);
        values.put("differences", differences(actor, task.id(), shown));
        values.put(NOW, form(ctx, NOW, Form.empty()));
        values.put(PLANNED, form(ctx, PLANNED, form(verifications.plan(actor, task.id()))));
        values.put("modes", modes());
        values.put("repairs", repairs());
        values.put("next", next == null ? "" : next.toString());
        return values;
    }

    private List<Map<String, String>> differences(Actor actor, String task, String run) {
        if (run.isEmpty()) {
            return List.of();
        }
        return verifications.differences(verifications.find(actor, task, run), DIFFERENCES).stream()
                .map(VerificationPage::texts)
                .toList();
    }

    private static Map<String, String> texts(JsonNode difference) {
        Map<String, String> texts = new TreeMap<>();
        for (String name :
                List.of(
                        "database",
                        "targetDatabase",
                        "key",
                        "targetKey",
                        "kind",
                        "detail",
                        "source",
                        "target",
                        "repair",
                        "repairReason")) {
            texts.put(name, difference.path(name).asString(""));
        }
        return texts;
    }

    /// What moves: fetched every few seconds by the page.
    private void runs(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Task task = tasks.find(actor, ctx.pathParam("id")).task();
        ctx.html(
                pages.fill(
                        "part/verifications.jte",
                        Map.of(
                                "task",
                                task.id(),
                                "runs",
                                views(actor, task.id()),
                                "frame",
                                pages.frame(ctx, task.name(), ""))));
    }

    /// One of the two forms as it was sent and refused, or as nobody has touched it.
    private static Form form(Context ctx, String which, Form untouched) {
        Form refused = ctx.attribute(which);
        return refused == null ? untouched : refused;
    }

    private static Form form(VerificationPlan plan) {
        return Form.empty()
                .put("schedule", plan.schedule())
                .put("mode", plan.options().getOrDefault(Setting.MODE.key(), "full"))
                .put("percent", Words.plain(plan.incrementalPercent()));
    }

    private static Map<String, String> modes() {
        Map<String, String> modes = new LinkedHashMap<>();
        modes.put("full", t("every-value"));
        modes.put("sample", t("every-value-of-a-sample"));
        modes.put("length", t("type-and-length"));
        modes.put("exists", t("that-each-key-is-there"));
        return modes;
    }

    private static Map<String, String> repairs() {
        Map<String, String> repairs = new LinkedHashMap<>();
        repairs.put("", t("no-repair"));
        repairs.put("source-to-target", t("target-becomes-the-source"));
        repairs.put("target-to-source", t("source-becomes-the-target"));
        return repairs;
    }

    /// Does what a form asks for, or shows it again with what is wrong.
    private void take(Context ctx, TaskPage page, String which, BiConsumer<Context, Form> action) {
        Form form = Form.sent(ctx);
        try {
            action.accept(ctx, form);
        } catch (Problem e) {
            if (e.code() != Problem.Code.BAD_REQUEST && e.code() != Problem.Code.NOT_NOW) {
                // No other value would help, and who may not verify is shown no form.
                throw e;
            }
            ctx.attribute(which, form.refuse(e));
            page.show(ctx, this);
        }
    }

    private void start(Context ctx, Form form) {
        Actor actor = Gate.actor(ctx);
        Task task = tasks.find(actor, ctx.pathParam("id")).task();
        Map<String, String> options = new TreeMap<>();
        for (Setting setting : VerifyFields.KNOWN) {
            String value = form.value(setting.key());
            boolean meant = setting != Setting.SAMPLE || form.value("mode").equals("sample");
            if (!value.isEmpty() && meant && !value.equals("0")) {
                options.put(setting.key(), value);
            }
        }
        if (!options.containsKey(Setting.REPAIR.key())) {
            options.remove(Setting.DELETE_EXTRA.key());
        } else if (!form.value("name").equals(task.name())) {
            throw Problem.badRequest(
                    "name",
                    t("a-repair-cannot-be-undone"),
                    t("type-it-and-try-again", task.name()));
        }
        verifications.start(actor, task.id(), options);
        back(ctx, task);
    }

    private void plan(Context ctx, Form form) {
        Actor actor = Gate.actor(ctx);
        Task task = tasks.find(actor, ctx.pathParam("id")).task();
        VerificationPlan before = verifications.plan(actor, task.id());
        Map<String, String> options = new TreeMap<>(before.options());
        options.put(Setting.MODE.key(), form.value("mode", "full"));
        if (!form.value("mode").equals("sample")) {
            options.remove(Setting.SAMPLE.key());
        }
        verifications.plan(
                actor,
                task.id(),
                new VerificationPlan(
                        form.value("schedule"),
                        options,
                        percent(form.value("percent", "0")),
                        before.incrementalRate(),
                        0));
        back(ctx, task);
    }

    private static double percent(String text) {
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?")) {
            throw Problem.badRequest(
                    "percent",
                    t("is-not-a-percentage", Names.shown(text)),
                    t("0-switches-it-off-1"));
        }
        return Double.parseDouble(text);
    }

    private void cancel(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Task task = tasks.find(actor, ctx.pathParam("id")).task();
        verifications.cancel(actor, task.id(), ctx.pathParam("run"));
        back(ctx, task);
    }

    private static void back(Context ctx, Task task) {
        Pages.go(ctx, "/tasks/" + task.id() + "/verification");
    }

    private void copy(Context ctx, boolean csv) throws IOException {
        VerificationRun run =
                verifications.find(Gate.actor(ctx), ctx.pathParam("id"), ctx.pathParam("run"));
        String name = "differences." + (csv ? "csv" : "jsonl");
        ctx.contentType(csv ? "text/csv" : "application/x-ndjson")
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"");
        verifications.copy(run, csv, ctx.outputStream());
    }
}
