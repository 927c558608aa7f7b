package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.api.ProbeView;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Names;
import io.syncline.server.model.Probe;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.NewTask;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.TaskSettings;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/tasks/new`: the wizard's first three steps, before there is a task. What was entered stands in
/// the address, so that a step can be loaded again, gone back to, and kept as a bookmark. The other
/// two steps are [SetupPage]'s.
final class NewTaskPage {
    /// A look that is younger need not be repeated.
    private static final Duration FRESH = Duration.ofMinutes(5);

    private static final List<String> SIDES = List.of("source", "target");

    private final Pages pages;
    private final Tasks tasks;
    private final Sides sides;

    NewTaskPage(Pages pages, Tasks tasks, Sides sides) {
        this.pages = pages;
        this.tasks = tasks;
        this.sides = sides;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/tasks/new", ctx -> instances(ctx, begun(ctx)))
                .post("/tasks/new", this::takeInstances)
                .post("/tasks/new/test/{side}", this::test)
                .get("/tasks/new/objects", ctx -> objects(ctx, begun(ctx)))
                .post("/tasks/new/objects", this::takeObjects)
                .get("/tasks/new/settings", ctx -> settings(ctx, begun(ctx)))
                .post("/tasks/new/settings", this::takeSettings);
    }

    private static Form begun(Context ctx) {
        Gate.actor(ctx).require(Role.OPERATOR, "create tasks");
        return Form.asked(ctx);
    }

    private static Form sent(Context ctx) {
        Gate.actor(ctx).require(Role.OPERATOR, "create tasks");
        return Form.sent(ctx);
    }

    private void show(
            Context ctx, String template, int step, Form form, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("form", form);
        all.put("rail", Rail.draft(step, form));
        if (form.isRefused()) {
            pages.again(ctx, template, t("new-task"), all);
        } else {
            pages.show(ctx, template, t("new-task"), all);
        }
    }

    private void instances(Context ctx, Form form) {
        show(
                ctx,
                "newInstances",
                Rail.INSTANCES,
                form,
                Map.of("options", sides.options(Gate.actor(ctx))));
    }

    private void test(Context ctx) {
        String side = ctx.pathParam("side");
        if (!SIDES.contains(side)) {
            throw Problem.notFound("side", Names.shown(side));
        }
        Probe probe;
        try {
            probe = sides.test(Gate.actor(ctx), sent(ctx), side);
        } catch (SynclineException e) {
            throw Problem.of(e.failure());
        }
        ctx.html(pages.fill("part/probe.jte", Map.of("probe", ProbeView.now(probe))));
    }

    private void takeInstances(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Form form = sent(ctx);
        if (!form.value("name").isEmpty()) {
            try {
                Names.checked("name", form.value("name"));
            } catch (Problem e) {
                form.refuse(e);
            }
        }
        for (String side : SIDES) {
            if (form.value(side).isEmpty()) {
                form.refuse(side, t("no-instance-is-chosen"), t("choose-one-or-enter"));
            }
        }
        boolean same = form.value("source").equals(form.value("target"));
        if (!form.isRefused() && same && !form.value("source").equals(Sides.NEW)) {
            form.refuse("target", t("this-is-the-source"), t("choose-another-instance"));
        }
        // Nothing is registered while something is to be mended on this page.
        for (String side : SIDES) {
            if (form.value(side).equals(Sides.NEW)) {
                judge(actor, form, side);
            }
        }
        for (String side : SIDES) {
            if (!form.isRefused()) {
                takeSide(actor, form, side);
            }
        }
        if (form.isRefused()) {
            instances(ctx, form);
        } else {
            Pages.go(ctx, "/tasks/new/objects" + form.query(TaskDraft.ALL));
        }
    }

    /// Registers what was entered, and looks whether it answers, unless somebody goes on anyway.
    private void takeSide(Actor actor, Form form, String side) {
        if (form.value(side).equals(Sides.NEW)) {
            String id = sides.register(actor, form, side + ".");
            if (id == null) {
                return;
            }
            form.put(side, id);
        }
        Probe seen;
        try {
            seen = sides.seen(actor, form.value(side));
        } catch (Problem e) {
            gone(form, side, e);
            return;
        }
        boolean fresh =
                seen != null
                        && seen.reachable()
                        && System.currentTimeMillis() - seen.at() < FRESH.toMillis();
        if (fresh || form.value(side).contains(":") || form.isOn("anyway")) {
            return;
        }
        Probe.Trouble trouble = sides.test(actor, form, side).trouble();
        if (trouble != null) {
            form.refuse(side, trouble.message(), trouble.remedy());
            form.put("unreachable", "true");
        }
    }

    /// Says what was entered wrongly, such as a password: that is mended here, so it is not
    /// registered. A server that does not answer may be right.
    private void judge(Actor actor, Form form, String side) {
        if (side.equals("target") && sides.isSameAgain(form)) {
            form.refuse(side + ".addresses", t("this-is-the-source"), t("choose-another-instance"));
            return;
        }
        Probe.Trouble trouble;
        try {
            trouble = sides.test(actor, form, side).trouble();
        } catch (Problem e) {
            InstanceForm.refuse(form, side + ".", e);
            return;
        } catch (SynclineException e) {
            InstanceForm.refuse(form, side + ".", Problem.of(e.failure()));
            return;
        }
        if (trouble == null || trouble.code().equals(ErrorCode.UNREACHABLE.name())) {
            return;
        }
        boolean password = trouble.code().equals(ErrorCode.NOT_AUTHENTICATED.name());
        form.refuse(
                side + (password ? ".password" : ".addresses"),
                trouble.message(),
                trouble.remedy());
    }

    /// Somebody may remove an instance while another one fills in the form.
    private static void gone(Form form, String side, Problem problem) {
        if (problem.code() != Problem.Code.NOT_FOUND) {
            throw problem;
        }
        form.put(side, "");
        form.refuse(side, t("it-is-gone"), t("choose-another-instance"));
    }

    private void objects(Context ctx, Form form) {
        Actor actor = Gate.actor(ctx);
        if (form.value("source").isEmpty()) {
            Pages.go(ctx, "/tasks/new");
            return;
        }
        @Nullable Probe seen;
        try {
            seen = sides.seen(actor, form.value("source"));
        } catch (Problem e) {
            gone(form, "source", e);
            instances(ctx, form);
            return;
        }
        show(
                ctx,
                "newObjects",
                Rail.OBJECTS,
                form,
                Map.of(
                        "databases",
                        Databases.of(form, seen),
                        "action",
                        "/tasks/new/objects",
                        "carried",
                        TaskDraft.ALL.stream()
                                .filter(name -> !TaskDraft.OBJECTS.contains(name))
                                .toList(),
                        "back",
                        "/tasks/new" + form.query(TaskDraft.ALL)));
    }

    private void takeObjects(Context ctx) {
        Form form = sent(ctx);
        checkObjects(form, Map.of());
        sides.requireCommands(Gate.actor(ctx), form);
        if (form.isRefused()) {
            objects(ctx, form);
        } else {
            Pages.go(ctx, "/tasks/new/settings" + form.query(TaskDraft.ALL));
        }
    }

    /// What both wizards ask of this step.
    static void checkObjects(Form form, Map<String, String> before) {
        String databases = Databases.text(form);
        form.put("databases", databases);
        if (databases.isEmpty()) {
            form.refuse("databases", t("no-database-is-chosen"), t("tick-one-or-choose-all"));
            return;
        }
        check(form, before);
    }

    /// Judges all that was entered, as the service will.
    static void check(Form form, Map<String, String> before) {
        try {
            Task.Topology topology = TaskDraft.topology(form);
            TaskSettings.checked(topology, TaskDraft.settings(topology, form, before));
        } catch (Problem e) {
            form.refuse(e);
        }
    }

    private void settings(Context ctx, Form form) {
        if (form.value("source").isEmpty()) {
            Pages.go(ctx, "/tasks/new");
            return;
        }
        show(
                ctx,
                "newSettings",
                Rail.SETTINGS,
                form,
                Map.of(
                        "action",
                        "/tasks/new/settings",
                        "carried",
                        TaskDraft.ALL.stream()
                                .filter(name -> !TaskDraft.SETTINGS.contains(name))
                                .toList(),
                        "back",
                        "/tasks/new/objects" + form.query(TaskDraft.ALL)));
    }

    private void takeSettings(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Form form = sent(ctx);
        check(form, Map.of());
        if (!form.isRefused()) {
            try {
                TaskControl made = tasks.create(actor, newTask(actor, form));
                tasks.act(actor, made.task().id(), TaskAction.PRECHECK);
                Pages.go(ctx, "/tasks/" + made.task().id() + "/setup/precheck");
                return;
            } catch (Problem e) {
                form.refuse(e);
            }
        }
        boolean first = TaskDraft.INSTANCES.stream().anyMatch(form::isWrong);
        if (first) {
            instances(ctx, form);
        } else {
            settings(ctx, form);
        }
    }

    private NewTask newTask(Actor actor, Form form) {
        return new NewTask(
                form.value("name"),
                TaskDraft.topology(form),
                sides.chosen(actor, form.value("source")),
                sides.chosen(actor, form.value("target")),
                TaskDraft.settings(TaskDraft.topology(form), form, Map.of()),
                TaskDraft.alerts(form, AlertRules.USUAL));
    }
}
