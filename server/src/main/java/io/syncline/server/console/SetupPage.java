package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `/tasks/{id}/setup/...`: the wizard's last two steps, and the two before them for a task that is
/// there already, be it new or running.
final class SetupPage {
    /// What the form was filled in from: see [TaskChanges#version].
    private static final String VERSION = "version";

    private final Pages pages;
    private final Tasks tasks;
    private final TaskChanges changes;
    private final TaskViews views;
    private final Sides sides;

    SetupPage(Pages pages, Tasks tasks, TaskChanges changes, TaskViews views, Sides sides) {
        this.pages = pages;
        this.tasks = tasks;
        this.changes = changes;
        this.views = views;
        this.sides = sides;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/tasks/{id}/setup/objects", ctx -> objects(ctx, form(ctx)))
                .post("/tasks/{id}/setup/objects", this::takeObjects)
                .get("/tasks/{id}/setup/settings", ctx -> settings(ctx, form(ctx)))
                .post("/tasks/{id}/setup/settings", this::takeSettings)
                .get("/tasks/{id}/setup/precheck", this::precheck)
                .post("/tasks/{id}/setup/precheck", this::again)
                .get("/tasks/{id}/setup/start", this::start);
    }

    private TaskControl control(Context ctx) {
        return tasks.find(Gate.actor(ctx), ctx.pathParam("id"));
    }

    private Form form(Context ctx) {
        Gate.actor(ctx).require(Role.OPERATOR, "change tasks");
        Task task = control(ctx).task();
        return TaskDraft.of(task).put(VERSION, TaskChanges.version(task));
    }

    /// Whether the task is still being set up, so that the wizard goes on.
    static boolean isDraft(Task task) {
        return TaskAction.CONFIGURE.isAllowedIn(task.state());
    }

    private void show(Context ctx, String template, int step, Form form, Map<String, Object> more) {
        Task task = control(ctx).task();
        Map<String, Object> all = new HashMap<>(more);
        boolean draft = isDraft(task);
        all.put("form", form);
        all.put("rail", Rail.of(draft ? step : -1, task.id()));
        all.put("carried", List.of("name", "topology", VERSION));
        all.put(
                "back",
                step == Rail.SETTINGS && draft
                        ? "/tasks/" + task.id() + "/setup/objects"
                        : "/tasks/" + task.id() + "/settings");
        if (form.isRefused()) {
            pages.again(ctx, template, task.name(), all);
        } else {
            pages.show(ctx, template, task.name(), all);
        }
    }

    private void objects(Context ctx, Form form) {
        Task task = control(ctx).task();
        boolean own = task.source().grant().isEmpty();
        String source = own ? task.source().instance() : "";
        show(
                ctx,
                "newObjects",
                Rail.OBJECTS,
                form,
                Map.of(
                        "databases",
                        Databases.of(form, sides.seen(Gate.actor(ctx), source)),
                        "action",
                        "/tasks/" + task.id() + "/setup/objects"));
    }

    private void settings(Context ctx, Form form) {
        show(
                ctx,
                "newSettings",
                Rail.SETTINGS,
                form,
                Map.of("action", "/tasks/" + control(ctx).task().id() + "/setup/settings"));
    }

    private void takeObjects(Context ctx) {
        Form form = Form.sent(ctx);
        NewTaskPage.checkObjects(form, control(ctx).task().settings());
        if (!take(ctx, form)) {
            objects(ctx, form);
        }
    }

    private void takeSettings(Context ctx) {
        Form form = Form.sent(ctx);
        NewTaskPage.check(form, control(ctx).task().settings());
        if (!take(ctx, form)) {
            settings(ctx, form);
        }
    }

    /// Changes the task; one that has not begun is looked at again.
    ///
    /// @return false when the form was refused
    private boolean take(Context ctx, Form form) {
        if (form.isRefused()) {
            return false;
        }
        Actor actor = Gate.actor(ctx);
        Task task = control(ctx).task();
        try {
            changes.configure(
                    actor,
                    task.id(),
                    form.value(VERSION),
                    TaskDraft.settings(task.topology(), form, task.settings()),
                    TaskDraft.alerts(form, task.alerts()));
        } catch (Problem e) {
            if (e.code() == Problem.Code.CHANGED) {
                overtaken(form, task);
            } else {
                form.refuse(e);
            }
            return false;
        }
        Task changed = control(ctx).task();
        if (TaskAction.PRECHECK.isAllowedIn(changed.state())) {
            tasks.act(actor, changed.id(), TaskAction.PRECHECK);
            Pages.go(ctx, "/tasks/" + changed.id() + "/setup/precheck");
        } else {
            Pages.go(ctx, "/tasks/" + changed.id() + "/settings");
        }
        return true;
    }

    /// Somebody else was faster: says what the task has now where the form says something else.
    /// Whoever has read that may send the form once more.
    private static void overtaken(Form form, Task now) {
        Form theirs = TaskDraft.of(now);
        for (String name : TaskDraft.ALL) {
            String missing = TaskDraft.usual(name);
            String value = theirs.value(name, missing);
            if (form.has(name) && !form.value(name, missing).equals(value)) {
                form.refuse(name, t("it-is-now", value), t("it-would-be-overwritten"));
            }
        }
        form.refuse(
                new Problem(
                        Problem.Code.CHANGED,
                        "task",
                        t("somebody-else-has-changed"),
                        t("look-and-save-again")));
        form.put(VERSION, TaskChanges.version(now));
    }

    private void precheck(Context ctx) {
        TaskControl control = control(ctx);
        String id = control.task().id();
        if (control.task().state().isActive()) {
            Pages.go(ctx, "/tasks/" + id);
            return;
        }
        pages.show(
                ctx,
                "setupPrecheck",
                control.task().name(),
                "/live/tasks/" + id + "/setup",
                Map.of(
                        "rail",
                        Rail.of(Rail.PRECHECK, id),
                        "task",
                        views.of(control),
                        "checks",
                        new CheckList(control.checks(), control.task().state())));
    }

    private void again(Context ctx) {
        TaskControl control = control(ctx);
        tasks.act(Gate.actor(ctx), control.task().id(), TaskAction.PRECHECK);
        Pages.go(ctx, "/tasks/" + control.task().id() + "/setup/precheck");
    }

    private void start(Context ctx) {
        Actor actor = Gate.actor(ctx);
        TaskControl control = control(ctx);
        Task task = control.task();
        CheckList checks = new CheckList(control.checks(), task.state());
        if (task.state() == TaskState.PRECHECK_PASSED && !checks.isReady()) {
            // A bookmark, or the task's page, leads past nothing that is still to be confirmed.
            Pages.go(ctx, "/tasks/" + task.id() + "/setup/precheck");
            return;
        }
        TaskView view = views.of(control);
        TaskPlan plan =
                new TaskPlan(
                        view,
                        tasks.retryMinutes(task),
                        sides.now(actor, own(task.source())),
                        sides.now(actor, own(task.target())));
        pages.show(
                ctx,
                "setupStart",
                task.name(),
                Map.of(
                        "rail",
                        Rail.of(Rail.START, task.id()),
                        "task",
                        view,
                        "sentences",
                        plan.sentences(),
                        "yaml",
                        tasks.yaml(actor, task.id())));
    }

    private static String own(Task.Side side) {
        return side.grant().isEmpty() ? side.instance() : "";
    }
}
