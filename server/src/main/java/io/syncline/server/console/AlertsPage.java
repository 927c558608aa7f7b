package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.alert.Channels;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertChannel;
import io.syncline.server.model.AlertRecord;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// `/alerts`: what stands, what stood, which rules tasks have, and where it is told.
public final class AlertsPage {
    private static final int LINES = 100;

    private final Pages pages;
    private final Channels channels;
    private final Tasks tasks;

    AlertsPage(Pages pages, Channels channels, Tasks tasks) {
        this.pages = pages;
        this.channels = channels;
        this.tasks = tasks;
    }

    /// A task and its rules in words.
    public record Rules(Task task, String words) {}

    void routes(JavalinConfig config) {
        config.routes
                .get("/alerts", ctx -> show(ctx, Form.empty()))
                .post("/alerts/channels", this::add)
                .post("/alerts/channels/{id}/test", this::test)
                .post("/alerts/channels/{id}/remove", this::remove);
    }

    private void show(Context ctx, Form form) {
        Actor actor = Gate.actor(ctx);
        List<AlertRecord> history = channels.history(actor, LINES);
        List<Task> all = tasks.list(actor).stream().map(control -> control.task()).toList();
        Map<String, String> names = all.stream().collect(Collectors.toMap(Task::id, Task::name));
        Map<String, Object> values = new HashMap<>();
        values.put("form", form);
        values.put("open", history.stream().filter(a -> a.over() == null).toList());
        values.put("history", history.stream().filter(a -> a.over() != null).toList());
        values.put("names", names);
        values.put("channels", channels.list(actor));
        values.put(
                "rules",
                all.stream().map(t -> new Rules(t, SettingLines.alerts(t.alerts()))).toList());
        if (form.isRefused()) {
            pages.again(ctx, "alerts", t("alerts"), values);
        } else {
            pages.show(ctx, "alerts", t("alerts"), values);
        }
    }

    private void add(Context ctx) {
        Actor actor = Gate.actor(ctx);
        actor.require(Role.ADMIN, "add alert channels");
        Form form = Form.sent(ctx);
        boolean mail = form.value("kind").equals("mail");
        try {
            channels.add(
                    actor,
                    form.value("name"),
                    mail ? AlertChannel.Kind.MAIL : AlertChannel.Kind.WEBHOOK,
                    form.value("address"),
                    form.value("template", "syncline"),
                    mail ? form.value("mail") : "",
                    form.raw("secret"));
            Pages.go(ctx, "/alerts#channels");
            return;
        } catch (Problem e) {
            form.refuse(e);
        } catch (SynclineException e) {
            // Only the mail server's address is read by the engine.
            form.refuse("mail", e.failure().reason(), e.failure().remedy());
        }
        show(ctx, form);
    }

    private void test(Context ctx) {
        String outcome = channels.test(Gate.actor(ctx), ctx.pathParam("id"));
        boolean told = outcome.equals("told");
        ctx.html(
                pages.fill(
                        "part/tone.jte",
                        Map.of(
                                "tone",
                                told ? "well" : "broken",
                                "text",
                                told ? "The test was told." : Names.shown(outcome))));
    }

    private void remove(Context ctx) {
        channels.remove(Gate.actor(ctx), ctx.pathParam("id"));
        Pages.go(ctx, "/alerts#channels");
    }
}
