package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.account.Grants;
import io.syncline.server.api.InstanceView;
import io.syncline.server.api.ProbeView;
import io.syncline.server.instance.Addresses;
import io.syncline.server.instance.Draft;
import io.syncline.server.instance.Instances;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Grant;
import io.syncline.server.model.Probe;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `/instances`: what is registered, what was seen there, who uses it.
public final class InstancesPage {
    private final Pages pages;
    private final Instances instances;
    private final Tasks tasks;
    private final Grants grants;

    InstancesPage(Pages pages, Instances instances, Tasks tasks, Grants grants) {
        this.pages = pages;
        this.instances = instances;
        this.tasks = tasks;
        this.grants = grants;
    }

    /// A line of the list.
    ///
    /// @param tasks how many use it
    public record Row(InstanceView instance, long tasks) {}

    void routes(JavalinConfig config) {
        config.routes
                .get("/instances", this::list)
                .get("/instances/new", ctx -> create(ctx, Form.empty()))
                .post("/instances/new", this::register)
                .post("/instances/test", this::testDraft)
                .get("/instances/{id}", this::show)
                .post("/instances/{id}/test", this::test)
                .get("/instances/{id}/edit", this::edit)
                .post("/instances/{id}/edit", this::change)
                .post("/instances/{id}/remove", this::remove);
    }

    private void list(Context ctx) {
        Actor actor = Gate.actor(ctx);
        List<Task> all = tasks.list(actor).stream().map(control -> control.task()).toList();
        List<Row> rows =
                instances.list(actor).stream()
                        .map(InstanceView::of)
                        .map(it -> new Row(it, all.stream().filter(t -> t.uses(it.id())).count()))
                        .toList();
        pages.show(
                ctx,
                "instances",
                t("instances"),
                Map.of(
                        "rows",
                        rows,
                        "addresses",
                        Addresses.all().stream().map(a -> a.replaceAll("%.*", "")).toList()));
    }

    private void create(Context ctx, Form form) {
        Gate.actor(ctx).require(Role.OPERATOR, "register instances");
        Map<String, Object> values =
                Map.of("form", form, "action", "/instances/new", "back", "/instances");
        if (form.isRefused()) {
            pages.again(ctx, "instanceEdit", t("new-instance"), values);
        } else {
            pages.show(ctx, "instanceEdit", t("new-instance"), values);
        }
    }

    private void register(Context ctx) {
        Form form = Form.sent(ctx);
        try {
            RegisteredInstance made =
                    instances.register(Gate.actor(ctx), InstanceForm.draft(form, ""));
            instances.test(Gate.actor(ctx), made.id());
            Pages.go(ctx, "/instances/" + made.id());
            return;
        } catch (Problem e) {
            InstanceForm.refuse(form, "", e);
        } catch (SynclineException e) {
            InstanceForm.refuse(form, "", Problem.of(e.failure()));
        }
        create(ctx, form);
    }

    private void testDraft(Context ctx) {
        Draft draft = InstanceForm.draft(Form.sent(ctx), "");
        answer(ctx, instances.test(Gate.actor(ctx), draft));
    }

    private void test(Context ctx) {
        Actor actor = Gate.actor(ctx);
        actor.require(Role.OPERATOR, "test connections");
        instances.test(actor, ctx.pathParam("id"));
        Pages.go(ctx, "/instances/" + ctx.pathParam("id"));
    }

    private void answer(Context ctx, Probe probe) {
        ctx.html(pages.fill("part/probe.jte", Map.of("probe", ProbeView.now(probe))));
    }

    private void show(Context ctx) {
        Actor actor = Gate.actor(ctx);
        RegisteredInstance it = instances.find(actor, ctx.pathParam("id"));
        List<Task> users =
                tasks.list(actor).stream()
                        .map(control -> control.task())
                        .filter(task -> task.uses(it.id()))
                        .toList();
        List<Grant> given =
                grants.grants(actor).stream()
                        .filter(g -> g.account().equals(actor.account()) && g.covers(it.id()))
                        .toList();
        Map<String, Object> values = new HashMap<>();
        values.put("instance", InstanceView.of(it));
        values.put("users", users);
        values.put("grants", given);
        pages.show(ctx, "instance", it.name(), values);
    }

    private void edit(Context ctx) {
        RegisteredInstance it = instances.find(Gate.actor(ctx), ctx.pathParam("id"));
        edit(ctx, it, InstanceForm.of(it));
    }

    private void edit(Context ctx, RegisteredInstance it, Form form) {
        Gate.actor(ctx).require(Role.OPERATOR, "change instances");
        String here = "/instances/" + it.id();
        Map<String, Object> values =
                Map.of(
                        "form",
                        form,
                        "action",
                        here + "/edit",
                        "back",
                        here,
                        "hasPassword",
                        !it.sealedPassword().isEmpty());
        if (form.isRefused()) {
            pages.again(ctx, "instanceEdit", it.name(), values);
        } else {
            pages.show(ctx, "instanceEdit", it.name(), values);
        }
    }

    private void change(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Form form = Form.sent(ctx);
        String id = ctx.pathParam("id");
        try {
            instances.change(actor, id, InstanceForm.draft(form, ""));
            instances.test(actor, id);
            Pages.go(ctx, "/instances/" + id);
            return;
        } catch (Problem e) {
            InstanceForm.refuse(form, "", e);
        } catch (SynclineException e) {
            InstanceForm.refuse(form, "", Problem.of(e.failure()));
        }
        edit(ctx, instances.find(actor, id), form);
    }

    private void remove(Context ctx) {
        Actor actor = Gate.actor(ctx);
        RegisteredInstance it = instances.find(actor, ctx.pathParam("id"));
        if (!it.name().equals(ctx.formParam("name"))) {
            throw Problem.badRequest(
                    "name",
                    t("this-cannot-be-undone-instance"),
                    t("type-it-and-try-again", it.name()));
        }
        instances.remove(actor, it.id());
        Pages.go(ctx, "/instances");
    }
}
