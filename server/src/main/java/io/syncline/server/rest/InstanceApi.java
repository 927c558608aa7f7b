package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.engine.net.Endpoint.Topology;
import io.syncline.server.api.InstanceView;
import io.syncline.server.api.ProbeView;
import io.syncline.server.instance.Addresses;
import io.syncline.server.instance.Draft;
import io.syncline.server.instance.Instances;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.web.Body;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/api/v1/instances`.
public final class InstanceApi {
    private final Instances instances;

    public InstanceApi(Instances instances) {
        this.instances = instances;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .get("/api/v1/instances", this::list)
                .post("/api/v1/instances", this::register)
                .post("/api/v1/instances/test", this::testDraft)
                .get("/api/v1/instances/{id}", this::show)
                .patch("/api/v1/instances/{id}", this::change)
                .delete("/api/v1/instances/{id}", this::remove)
                .post("/api/v1/instances/{id}/test", this::test)
                .get("/api/v1/addresses", this::addresses);
    }

    private void list(Context ctx) {
        Json.answer(
                ctx,
                Map.of(
                        "instances",
                        instances.list(Gate.actor(ctx)).stream().map(InstanceView::of).toList()));
    }

    private void register(Context ctx) {
        InstanceView view =
                InstanceView.of(instances.register(Gate.actor(ctx), draft(Body.of(ctx))));
        ctx.status(201).header("Location", "/api/v1/instances/" + view.id());
        Json.answer(ctx, view);
    }

    private void testDraft(Context ctx) {
        Json.answer(ctx, ProbeView.now(instances.test(Gate.actor(ctx), draft(Body.of(ctx)))));
    }

    private void show(Context ctx) {
        Json.answer(ctx, InstanceView.of(instances.find(Gate.actor(ctx), ctx.pathParam("id"))));
    }

    private void change(Context ctx) {
        Json.answer(
                ctx,
                InstanceView.of(
                        instances.change(
                                Gate.actor(ctx), ctx.pathParam("id"), draft(Body.of(ctx)))));
    }

    private void remove(Context ctx) {
        instances.remove(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.status(204);
    }

    private void test(Context ctx) {
        Json.answer(ctx, ProbeView.now(instances.test(Gate.actor(ctx), ctx.pathParam("id"))));
    }

    private void addresses(Context ctx) {
        Gate.actor(ctx);
        Json.answer(ctx, Map.of("addresses", Addresses.all()));
    }

    private static Draft draft(Body body) {
        Draft draft =
                new Draft(
                        body.textOrNull("name"),
                        body.textOrNull("uri"),
                        topology(body.textOrNull("topology")),
                        body.textsOrNull("addresses"),
                        body.textOrNull("primaryName"),
                        body.textOrNull("user"),
                        body.textOrNull("password"),
                        body.truthOrNull("tls"),
                        body.truthOrNull("verifyHost"),
                        body.textOrNull("caPem"));
        body.done();
        return draft;
    }

    private static @Nullable Topology topology(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return Arrays.stream(Topology.values())
                .filter(t -> t != Topology.FILE)
                .filter(t -> t.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        Problem.badRequest(
                                "topology",
                                "'" + Names.shown(text) + "' is not a topology",
                                "One of standalone, cluster, sentinel"));
    }
}
