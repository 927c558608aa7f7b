package io.syncline.server.task;

import io.syncline.server.account.Audit;
import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry;
import io.syncline.server.security.Secrets;
import io.syncline.server.settings.Setting;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Changes of what a task does: settings, alert rules, ceilings.
public final class TaskChanges {
    /// 64 bits: two versions of one task will not meet.
    private static final int VERSION_LETTERS = 16;

    private final Tasks tasks;
    private final Instances instances;
    private final Audit audit;

    public TaskChanges(Tasks tasks, Instances instances, Audit audit) {
        this.tasks = tasks;
        this.instances = instances;
        this.audit = audit;
    }

    /// Which settings and alert rules a task has, for whoever changes what was read before.
    public static String version(Task task) {
        return Secrets.fingerprint(task.settings() + " " + task.alerts())
                .substring(0, VERSION_LETTERS);
    }

    /// Once more where nobody comes between.
    private static Task same(Task task, String seen) {
        requireVersion(task, seen);
        return task;
    }

    private static void requireVersion(Task task, String seen) {
        if (!seen.isEmpty() && !seen.equals(version(task))) {
            throw new Problem(
                    Problem.Code.CHANGED,
                    "version",
                    "somebody else has changed this task meanwhile",
                    "Look at it again, and repeat what you did");
        }
    }

    /// Changes settings and alerts: before the first start as a draft, later by a short stop.
    ///
    /// @param settings null keeps them
    /// @param alerts null keeps them
    public TaskControl configure(
            Actor actor,
            String id,
            @Nullable Map<String, String> settings,
            @Nullable AlertRules alerts) {
        return configure(actor, id, "", settings, alerts);
    }

    /// The same, unless the task is no longer what the caller has seen.
    ///
    /// @param seen its [#version] then; empty for any
    public TaskControl configure(
            Actor actor,
            String id,
            String seen,
            @Nullable Map<String, String> settings,
            @Nullable AlertRules alerts) {
        actor.require(Role.OPERATOR, "change tasks");
        TaskControl control = tasks.find(actor, id);
        Task task = control.task();
        requireVersion(task, seen);
        Map<String, String> checked =
                settings == null
                        ? task.settings()
                        : TaskSettings.checked(task.topology(), settings);
        List<String> strange = strangeCommands(task, checked);
        AlertRules rules = alerts == null ? task.alerts() : alerts;
        boolean draft = TaskAction.CONFIGURE.isAllowedIn(task.state());
        if (checked.equals(task.settings()) && task.state() != TaskState.NOT_CONFIGURED) {
            control.change(t -> same(t, seen).with(t.settings(), rules));
        } else if (draft) {
            control.ask(
                    TaskAction.CONFIGURE, actor.name(), t -> same(t, seen).with(checked, rules));
        } else {
            boolean more = tasks.added().mayTake(task, checked);
            control.ask(
                    TaskAction.MODIFY,
                    actor.name(),
                    t -> same(t, seen).with(checked, rules).copyingAgain(more || t.copyAgain()));
        }
        for (String name : strange) {
            tasks.note(
                    control,
                    TaskEntry.Level.WARNING,
                    "commands",
                    "neither Syncline nor the source knows a command '" + name + "'",
                    "Leave it out, unless it is of a module that is still to be loaded");
        }
        audit.record(actor, "task.configure", control.task().id(), changes(task, checked));
        return control;
    }

    /// Names of commands that nobody knows; one that is near a known one is refused.
    private List<String> strangeCommands(Task task, Map<String, String> checked) {
        String commands = checked.getOrDefault(Setting.COMMANDS.key(), "");
        if (commands.equals(task.settings().getOrDefault(Setting.COMMANDS.key(), ""))) {
            return List.of();
        }
        return instances.requireCommands(
                commands,
                task.isTwoWay()
                        ? List.of(task.source().instance(), task.target().instance())
                        : List.of(task.source().instance()));
    }

    private static String changes(Task before, Map<String, String> after) {
        Map<String, String> all = new TreeMap<>(before.settings());
        all.putAll(after);
        StringBuilder text = new StringBuilder();
        for (String key : all.keySet()) {
            String old = before.settings().getOrDefault(key, "as usual");
            String now = after.getOrDefault(key, "as usual");
            if (!old.equals(now)) {
                text.append(text.isEmpty() ? "" : ", ").append(key).append(' ');
                text.append(old).append(" to ").append(now);
            }
        }
        return text.toString();
    }

    /// Goes on with a task that a refused command has stopped: sends it again.
    public TaskControl retryRefused(Actor actor, String id, long refused) {
        actor.require(Role.OPERATOR, "retry refused commands");
        requireRefused(tasks.find(actor, id), refused);
        return tasks.act(actor, id, TaskAction.RESUME);
    }

    /// Goes on without one refused command; the next one stops the task again.
    public TaskControl skipRefused(Actor actor, String id, long refused) {
        actor.require(Role.OPERATOR, "skip refused commands");
        TaskControl control = tasks.find(actor, id);
        String task = control.task().id();
        requireRefused(control, refused);
        control.require(TaskAction.RESUME);
        tasks.log().decide(task, refused, "skip");
        audit.record(actor, "task.skip", task, "refused command " + refused);
        return tasks.act(actor, id, TaskAction.RESUME);
    }

    private void requireRefused(TaskControl control, long refused) {
        boolean known =
                tasks.log().refused(control.task().id(), Integer.MAX_VALUE).stream()
                        .anyMatch(it -> it.id() == refused);
        if (!known) {
            throw Problem.notFound("refused command", Long.toString(refused));
        }
    }

    /// Changes ceilings at once, also of a link that runs.
    ///
    /// @param rps commands per second; empty keeps it, 0 is none
    /// @param mbps megabytes per second; empty keeps it, 0 is none
    public TaskControl throttle(Actor actor, String id, String rps, String mbps) {
        actor.require(Role.OPERATOR, "throttle tasks");
        TaskControl control = tasks.find(actor, id);
        Task before = control.task();
        Map<String, String> settings = new TreeMap<>(before.settings());
        if (!rps.isEmpty()) {
            settings.put(Setting.MAX_RPS.key(), rps);
        }
        if (!mbps.isEmpty()) {
            settings.put(Setting.MAX_MBPS.key(), mbps);
        }
        Map<String, String> checked = TaskSettings.checked(before.topology(), settings);
        control.ask(TaskAction.THROTTLE, actor.name(), t -> t.with(checked, t.alerts()));
        var throttle = tasks.options(control.task()).throttle();
        control.throttle(throttle.commandsPerSecond(), throttle.bytesPerSecond());
        audit.record(actor, "task.throttle", control.task().id(), "rps " + rps + " mbps " + mbps);
        return control;
    }
}
