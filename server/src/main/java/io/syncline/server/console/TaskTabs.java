package io.syncline.server.console;

import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.List;
import java.util.Map;

/// The tabs of the task page, in their order.
final class TaskTabs {
    private static final int LINES = 100;

    private final Tasks tasks;
    private final TaskTab verification;

    TaskTabs(Tasks tasks, TaskTab verification) {
        this.tasks = tasks;
        this.verification = verification;
    }

    List<TaskTab> all() {
        return List.of(
                TaskTab.of("overview", (ctx, task) -> Map.of()),
                TaskTab.of("positions", (ctx, task) -> Map.of()),
                TaskTab.of("events", this::events),
                TaskTab.of("conflicts", this::conflicts),
                TaskTab.of(
                        "refused",
                        (ctx, task) -> Map.of("refused", tasks.log().refused(task.id(), LINES))),
                TaskTab.of("precheck", this::precheck),
                verification,
                TaskTab.of("settings", this::settings));
    }

    private Map<String, Object> events(Context ctx, TaskView task) {
        String before = Form.asked(ctx).value("before");
        List<TaskEntry> events =
                tasks.log()
                        .entries(
                                task.id(),
                                before.matches("[0-9]{1,18}")
                                        ? Long.parseLong(before)
                                        : Long.MAX_VALUE,
                                LINES);
        String older =
                events.size() < LINES
                        ? ""
                        : "/tasks/" + task.id() + "/events?before=" + events.getLast().id();
        return Map.of("events", events, "older", older);
    }

    private Map<String, Object> conflicts(Context ctx, TaskView task) {
        return Map.of(
                "conflicts",
                tasks.conflicts().latest(task.id(), LINES),
                "total",
                tasks.conflicts().count(task.id()));
    }

    private Map<String, Object> precheck(Context ctx, TaskView task) {
        var control = tasks.find(Gate.actor(ctx), task.id());
        return Map.of("checks", new CheckList(control.checks(), control.task().state()));
    }

    private Map<String, Object> settings(Context ctx, TaskView task) {
        Actor actor = Gate.actor(ctx);
        Task it = tasks.find(actor, task.id()).task();
        return Map.of(
                "yaml",
                tasks.yaml(actor, task.id()),
                "lines",
                SettingLines.of(it, tasks.retryMinutes(it), task.directions()));
    }
}
