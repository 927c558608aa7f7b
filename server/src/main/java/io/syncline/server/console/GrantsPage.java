package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.account.Grants;
import io.syncline.server.instance.Instances;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Grant;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Role;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `/grants`: roles over instances, given to and received from other accounts.
public final class GrantsPage {
    private final Pages pages;
    private final Grants grants;
    private final Instances instances;
    private final Tasks tasks;

    GrantsPage(Pages pages, Grants grants, Instances instances, Tasks tasks) {
        this.pages = pages;
        this.grants = grants;
        this.instances = instances;
        this.tasks = tasks;
    }

    /// A grant with the names of its instances, and how many own tasks use it.
    public record Row(Grant grant, String instances, long tasks) {}

    void routes(JavalinConfig config) {
        config.routes
                .get("/grants", ctx -> show(ctx, Form.empty()))
                .post("/grants", this::give)
                .post("/grants/{id}/revoke", this::revoke);
    }

    private void show(Context ctx, Form form) {
        Actor actor = Gate.actor(ctx);
        List<Row> rows = grants.grants(actor).stream().map(grant -> row(actor, grant)).toList();
        Map<String, Object> values = new HashMap<>();
        values.put("form", form);
        values.put("account", actor.account());
        values.put("given", rows.stream().filter(r -> isGiven(actor, r)).toList());
        values.put("received", rows.stream().filter(r -> !isGiven(actor, r)).toList());
        values.put("instances", instances.list(actor));
        if (form.isRefused()) {
            pages.again(ctx, "grants", t("grants"), values);
        } else {
            pages.show(ctx, "grants", t("grants"), values);
        }
    }

    private static boolean isGiven(Actor actor, Row row) {
        return row.grant().account().equals(actor.account());
    }

    private Row row(Actor actor, Grant grant) {
        List<String> names = grant.instances().stream().map(this::name).toList();
        long used =
                tasks.list(actor).stream()
                        .map(control -> control.task())
                        .filter(t ->
                                t.source().grant().equals(grant.id())
                                        || t.target().grant().equals(grant.id()))
                        .count();
        return new Row(grant, String.join(", ", names), used);
    }

    /// The instance may have been removed since.
    private String name(String id) {
        return instances.ifThere(id).map(RegisteredInstance::name).orElse(id + " (removed)");
    }

    private void give(Context ctx) {
        Actor actor = Gate.actor(ctx);
        actor.require(Role.ADMIN, "grant roles to other accounts");
        Form form = Form.sent(ctx);
        try {
            grants.give(actor, form.value("role"), form.value("grantee"), form.all("instances"));
            Pages.go(ctx, "/grants");
        } catch (Problem e) {
            if (e.place().equals("instances")) {
                form.refuse("instances", e.message(), e.remedy());
            } else {
                form.refuse(e);
            }
            show(ctx, form);
        }
    }

    private void revoke(Context ctx) {
        grants.revoke(Gate.actor(ctx), ctx.pathParam("id"));
        Pages.go(ctx, "/grants");
    }
}
