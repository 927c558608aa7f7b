package io.syncline.server.console;

import io.javalin.config.JavalinConfig;
import io.javalin.http.sse.SseClient;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// What moves in pages, sent to them as it changes: parts of pages by the id of their place.
///
/// Each page that is open has one stream. Once a second [#send()] fills the parts anew and sends
/// those that differ from what the page has.
public final class LiveStreams {
    /// More pages than people; a browser that opens more waits for one to close.
    private static final int MAX_STREAMS = 500;

    /// A page that is open.
    ///
    /// @param parts what it shows, by the id of the place
    /// @param sent what it has
    private record Page(
            SseClient client, Supplier<Map<String, String>> parts, Map<String, String> sent) {}

    private final Map<SseClient, Page> open = new ConcurrentHashMap<>();
    private final Pages pages;
    private final Tasks tasks;
    private final TaskViews views;

    LiveStreams(Pages pages, Tasks tasks, TaskViews views) {
        this.pages = pages;
        this.tasks = tasks;
        this.views = views;
    }

    void routes(JavalinConfig config) {
        config.routes
                .sse(
                        "/live/tasks",
                        client -> {
                            Actor actor = Gate.actor(client.ctx());
                            open(client, () -> list(actor));
                        })
                .sse(
                        "/live/tasks/{id}",
                        client -> {
                            Actor actor = Gate.actor(client.ctx());
                            String id = client.ctx().pathParam("id");
                            tasks.find(actor, id);
                            open(client, () -> task(actor, id));
                        });
    }

    private void open(SseClient client, Supplier<Map<String, String>> parts) {
        if (open.size() >= MAX_STREAMS) {
            throw new Problem(
                    Problem.Code.TOO_MANY_REQUESTS,
                    "live",
                    "too many pages are open",
                    "Close some, or load this one again by hand");
        }
        client.keepAlive();
        client.onClose(() -> open.remove(client));
        Page page = new Page(client, parts, new HashMap<>());
        open.put(client, page);
        send(page);
    }

    private Map<String, String> list(Actor actor) {
        Map<String, String> parts = new LinkedHashMap<>();
        tasks.list(actor).stream()
                .map(views::of)
                .forEach(task -> {
                    parts.put(
                            "row-" + task.id(),
                            pages.fill("part/taskRow.jte", Map.of("task", task)));
                });
        return parts;
    }

    private Map<String, String> task(Actor actor, String id) {
        TaskView task = views.of(tasks.find(actor, id));
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("head", pages.fill("part/taskHead.jte", Map.of("task", task)));
        parts.put("topology", pages.fill("part/topology.jte", Map.of("task", task)));
        parts.put("shards", pages.fill("part/shards.jte", Map.of("task", task)));
        return parts;
    }

    /// Brings every open page up to date.
    public void send() {
        open.values().forEach(this::send);
    }

    private void send(Page page) {
        if (page.client().terminated()) {
            open.remove(page.client());
            return;
        }
        Map<String, String> changed = new LinkedHashMap<>();
        try {
            page.parts()
                    .get()
                    .forEach((id, html) -> {
                        if (!html.equals(page.sent().put(id, html))) {
                            changed.put(id, html);
                        }
                    });
        } catch (Problem e) {
            // The task was released: the page says so when it is loaded again.
            page.client().close();
            return;
        }
        if (changed.isEmpty()) {
            page.client().sendComment("still here");
        } else {
            page.client().sendEvent("parts", Json.text(changed));
        }
    }
}
