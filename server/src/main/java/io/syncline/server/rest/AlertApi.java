package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.alert.Channels;
import io.syncline.server.model.AlertChannel;
import io.syncline.server.model.AlertRecord;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.web.Body;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// `/api/v1/alerts`: history and channels. Rules belong to tasks.
public final class AlertApi {
    private final Channels channels;

    public AlertApi(Channels channels) {
        this.channels = channels;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .get("/api/v1/alerts", this::history)
                .get("/api/v1/alerts/channels", this::list)
                .post("/api/v1/alerts/channels", this::add)
                .delete("/api/v1/alerts/channels/{id}", this::remove)
                .post("/api/v1/alerts/channels/{id}/test", this::test);
    }

    private void history(Context ctx) {
        Json.answer(
                ctx,
                Map.of(
                        "alerts",
                        channels.history(Gate.actor(ctx), TaskLogApi.limit(ctx)).stream()
                                .map(AlertApi::view)
                                .toList()));
    }

    private static Map<String, Object> view(AlertRecord it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", Long.toString(it.id()));
        view.put("task", it.task());
        view.put("at", it.at().toString());
        view.put("rule", it.rule());
        view.put("text", it.text());
        if (it.over() != null) {
            view.put("over", it.over().toString());
        }
        view.put("delivery", it.delivery());
        return view;
    }

    private void list(Context ctx) {
        Json.answer(
                ctx,
                Map.of(
                        "channels",
                        channels.list(Gate.actor(ctx)).stream().map(AlertApi::view).toList()));
    }

    private static Map<String, Object> view(AlertChannel it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", it.id());
        view.put("name", it.name());
        view.put("kind", it.kind().code());
        view.put("address", it.address());
        view.put("template", it.template());
        view.put("mail", it.mail());
        return view;
    }

    private void add(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name");
        AlertChannel.Kind kind = kind(body.text("kind"));
        String address = body.text("address");
        String template = body.text("template", "syncline");
        String mail = body.text("mail", "");
        String secret = body.text("secret", "");
        body.done();
        ctx.status(201);
        Json.answer(
                ctx,
                view(channels.add(Gate.actor(ctx), name, kind, address, template, mail, secret)));
    }

    private static AlertChannel.Kind kind(String text) {
        return switch (text) {
            case "webhook" -> AlertChannel.Kind.WEBHOOK;
            case "mail" -> AlertChannel.Kind.MAIL;
            default ->
                    throw Problem.badRequest(
                            "kind",
                            "'" + Names.shown(text) + "' is not a kind of channel",
                            "One of webhook, mail");
        };
    }

    private void remove(Context ctx) {
        channels.remove(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.status(204);
    }

    private void test(Context ctx) {
        Body.of(ctx).done();
        String outcome = channels.test(Gate.actor(ctx), ctx.pathParam("id"));
        Json.answer(ctx, Map.of("told", outcome.equals("told"), "outcome", outcome));
    }
}
