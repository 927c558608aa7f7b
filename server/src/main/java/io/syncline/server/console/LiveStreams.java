package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.sse.SseClient;
import io.syncline.server.api.TaskView;
import io.syncline.server.api.TaskViews;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What moves in pages, sent to them as it changes: parts of pages by the id of their place.
///
/// Each page that is open has one stream. Once a second [#send()] fills the parts anew and sends
/// those that differ from what the page has. What several pages of one account show alike is filled
/// once for all of them.
public final class LiveStreams {
    /// More pages than people; a browser that opens more waits for one to close.
    private static final int MAX_STREAMS = 500;

    /// A page that is open.
    ///
    /// @param actor who opened it
    /// @param caller who that is now
    /// @param shared what all pages of the same name show
    /// @param own what only this page shows: its forms carry its session's token
    /// @param sent what it has
    /// @param busy whether something is being sent
    private record Page(
            SseClient client,
            Actor actor,
            Supplier<Optional<Actor>> caller,
            String name,
            Supplier<Map<String, String>> shared,
            Supplier<Map<String, String>> own,
            Map<String, String> sent,
            AtomicBoolean busy) {}

    private static final System.Logger LOG = System.getLogger(LiveStreams.class.getName());

    /// As many as pages that are slow at this moment.
    private final ExecutorService senders =
            Executors.newCachedThreadPool(Thread.ofPlatform().name("live-", 0).daemon().factory());

    private final Map<SseClient, Page> open = new ConcurrentHashMap<>();
    private final Pages pages;
    private final Gate gate;
    private final Tasks tasks;
    private final TaskViews views;
    private final Function<Actor, Map<String, String>> list;

    /// Serves pages.
    ///
    /// @param list what moves in the task list
    LiveStreams(
            Pages pages,
            Gate gate,
            Tasks tasks,
            TaskViews views,
            Function<Actor, Map<String, String>> list) {
        this.pages = pages;
        this.gate = gate;
        this.tasks = tasks;
        this.views = views;
        this.list = list;
    }

    void routes(JavalinConfig config) {
        config.routes
                .sse("/live/health", client -> open(client, "health", Map::of, Map::of))
                .sse(
                        "/live/tasks",
                        client -> {
                            Actor actor = Gate.actor(client.ctx());
                            open(client, "tasks", () -> list.apply(actor), Map::of);
                        })
                .sse("/live/tasks/{id}", this::openTask)
                .sse("/live/tasks/{id}/setup", this::openSetup);
    }

    /// The task of a stream; null when there is none, which the page is told: a stream has begun
    /// with its status, so an error would only make the browser ask for ever.
    private @Nullable String task(SseClient client) {
        try {
            return tasks.find(Gate.actor(client.ctx()), client.ctx().pathParam("id")).task().id();
        } catch (Problem e) {
            client.sendEvent("go", "/tasks");
            client.close();
            return null;
        }
    }

    private void openTask(SseClient client) {
        Actor actor = Gate.actor(client.ctx());
        String id = task(client);
        if (id == null) {
            return;
        }
        String csrf = Gate.csrf(client.ctx());
        boolean mayAct = pages.frame(client.ctx(), "", "").isOperator();
        open(
                client,
                "task " + id,
                () -> task(actor, id),
                () -> mayAct ? actions(actor, id, csrf) : Map.of());
    }

    private void openSetup(SseClient client) {
        Actor actor = Gate.actor(client.ctx());
        String id = task(client);
        if (id == null) {
            return;
        }
        String csrf = Gate.csrf(client.ctx());
        open(client, "setup", Map::of, () -> setup(actor, id, csrf));
    }

    private void open(
            SseClient client,
            String name,
            Supplier<Map<String, String>> shared,
            Supplier<Map<String, String>> own) {
        if (open.size() >= MAX_STREAMS) {
            throw new Problem(
                    Problem.Code.TOO_MANY_REQUESTS,
                    "live",
                    t("too-many-pages-are-open"),
                    t("close-some-or-load-this"));
        }
        Actor actor = Gate.actor(client.ctx());
        client.keepAlive();
        client.onClose(() -> open.remove(client));
        Supplier<Map<String, String>> all =
                () -> {
                    Map<String, String> parts = new LinkedHashMap<>(shared.get());
                    parts.put("health", pages.health(actor));
                    return parts;
                };
        Page page =
                new Page(
                        client,
                        actor,
                        gate.later(client.ctx()),
                        actor.account() + ' ' + name,
                        all,
                        own,
                        new HashMap<>(),
                        new AtomicBoolean());
        open.put(client, page);
        page.busy().set(true);
        sendNow(page, new ConcurrentHashMap<>());
    }

    private Map<String, String> task(Actor actor, String id) {
        TaskView task = views.of(tasks.find(actor, id));
        Map<String, Object> values = Map.of("task", task);
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("head", pages.fill("part/taskHead.jte", values));
        parts.put("topology", pages.fill("part/topology.jte", values));
        parts.put("figures", pages.fill("part/figures.jte", values));
        parts.put("shards", pages.fill("part/shards.jte", values));
        parts.put("positions", pages.fill("part/positions.jte", values));
        return parts;
    }

    private Map<String, String> actions(Actor actor, String id, String csrf) {
        TaskView task = views.of(tasks.find(actor, id));
        return Map.of(
                "actions", pages.fill("part/actions.jte", Map.of("task", task, "csrf", csrf)));
    }

    private Map<String, String> setup(Actor actor, String id, String csrf) {
        TaskControl control = tasks.find(actor, id);
        return Map.of(
                "setup",
                pages.fill(
                        "part/setupChecks.jte",
                        Map.of(
                                "task",
                                views.of(control),
                                "checks",
                                new CheckList(control.checks(), control.task().state()),
                                "csrf",
                                csrf)));
    }

    /// Brings every open page up to date: each on a thread of its own, since one that does not read
    /// what it is sent must hold up nobody else.
    public void send() {
        Map<String, Map<String, String>> filled = new ConcurrentHashMap<>();
        for (Page page : open.values()) {
            if (page.busy().compareAndSet(false, true)) {
                senders.execute(() -> sendNow(page, filled));
            }
        }
    }

    private void sendNow(Page page, Map<String, Map<String, String>> filled) {
        try {
            send(page, filled);
        } catch (RuntimeException e) {
            // The store is away, or a bug: the page asks again by itself.
            LOG.log(System.Logger.Level.WARNING, "a live page", e);
        } finally {
            page.busy().set(false);
        }
    }

    private void send(Page page, Map<String, Map<String, String>> filled) {
        if (page.client().terminated()) {
            open.remove(page.client());
            return;
        }
        Actor now = page.caller().get().orElse(null);
        if (!page.actor().equals(now)) {
            // Logged out, removed, or with other rights: the page asks anew, if it may.
            if (now == null) {
                page.client().sendEvent("go", "/login");
            }
            page.client().close();
            return;
        }
        Map<String, String> changed = new LinkedHashMap<>();
        try {
            Map<String, String> parts =
                    filled.computeIfAbsent(page.name(), name -> page.shared().get());
            note(page, parts, changed);
            note(page, page.own().get(), changed);
        } catch (Problem e) {
            // The task was released: there is nothing to look at any more.
            page.client().sendEvent("go", "/tasks");
            page.client().close();
            return;
        }
        if (changed.isEmpty()) {
            page.client().sendComment("still here");
        } else {
            page.client().sendEvent("parts", Json.text(changed));
        }
    }

    private static void note(Page page, Map<String, String> parts, Map<String, String> changed) {
        parts.forEach((id, html) -> {
            if (!html.equals(page.sent().put(id, html))) {
                changed.put(id, html);
            }
        });
    }
}
