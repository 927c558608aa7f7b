package io.syncline.server.task;

import io.syncline.engine.link.LinkOptions.Throttle;
import io.syncline.engine.pair.PairTask;
import io.syncline.engine.twoway.Site;
import io.syncline.server.account.Audit;
import io.syncline.server.lifecycle.DirectionAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.view.Direction;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The two directions of a two-way task, each paused, resumed and throttled by itself.
public final class Directions {
    private final Tasks tasks;
    private final Audit audit;

    public Directions(Tasks tasks, Audit audit) {
        this.tasks = tasks;
        this.audit = audit;
    }

    /// A direction by its code.
    public static Direction of(String code) {
        return Arrays.stream(Direction.values())
                .filter(direction -> direction.code().equals(code))
                .findFirst()
                .orElseThrow(() ->
                        Problem.badRequest(
                                "direction",
                                "'" + Names.shown(code) + "' is not a direction",
                                "One of forward, reverse"));
    }

    /// Holds a direction back, or lets it go on.
    public TaskControl act(Actor actor, String id, Direction direction, DirectionAction action) {
        actor.require(Role.OPERATOR, action.code() + " directions of tasks");
        TaskControl control = tasks.find(actor, id);
        boolean holds = action == DirectionAction.PAUSE;
        control.direct(direction, action, task -> task.pausing(direction, holds, actor.name()));
        String text =
                "The "
                        + direction.code()
                        + " direction was "
                        + (holds ? "paused" : "resumed")
                        + " by "
                        + actor.name();
        control.entry(Level.INFO, "direction", text, "");
        audit.record(
                actor,
                "task." + action.code() + "-direction",
                control.task().id(),
                direction.code());
        return control;
    }

    /// Changes the ceilings of a direction at once.
    ///
    /// @param rps commands per second; empty keeps it, 0 is none
    /// @param mbps megabytes per second; empty keeps it, 0 is none
    public TaskControl throttle(
            Actor actor, String id, Direction direction, String rps, String mbps) {
        actor.require(Role.OPERATOR, "throttle tasks");
        TaskControl control = tasks.find(actor, id);
        control.direct(
                direction,
                DirectionAction.THROTTLE,
                task -> {
                    Map<String, String> settings = new TreeMap<>(task.settings());
                    if (!rps.isEmpty()) {
                        settings.put(TaskSettings.maxRps(direction), rps);
                    }
                    if (!mbps.isEmpty()) {
                        settings.put(TaskSettings.maxMbps(direction), mbps);
                    }
                    return task.with(
                            TaskSettings.checked(task.topology(), settings), task.alerts());
                });
        audit.record(
                actor,
                "task.throttle",
                control.task().id(),
                direction.code() + " rps " + rps + " mbps " + mbps);
        return control;
    }

    /// Fails unless a direction may be asked for something now.
    static void require(Task task, Direction direction, DirectionAction action) {
        if (!task.isTwoWay()) {
            throw Problem.badRequest(
                    "task " + task.id(),
                    "a one-way task has no directions of its own",
                    "Ask the task itself to " + action.code());
        }
        if (task.allowedActions(direction).contains(action)) {
            return;
        }
        String allowed =
                task.allowedActions(direction).stream()
                        .map(DirectionAction::code)
                        .collect(Collectors.joining(", "));
        throw new Problem(
                Problem.Code.NOT_NOW,
                "task " + task.id(),
                "the "
                        + direction.code()
                        + " direction of a task that is "
                        + task.state().words()
                        + (task.isPaused(direction) ? ", itself paused," : "")
                        + " cannot be asked to "
                        + action.code(),
                allowed.isEmpty() ? "Nothing can be done with it" : "Allowed now: " + allowed);
    }

    /// Tells a pair that runs, or is about to, what was asked of its directions.
    static void tell(PairTask pair, Task task) {
        for (Direction direction : Direction.values()) {
            Site origin = direction == Direction.FORWARD ? Site.SOURCE : Site.TARGET;
            Throttle ceilings = TaskSettings.ceilings(task.settings(), direction);
            pair.throttle(origin, ceilings.commandsPerSecond(), ceilings.bytesPerSecond());
            pair.pause(origin, task.isPaused(direction));
        }
    }
}
