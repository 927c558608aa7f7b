package io.syncline.server.task;

import io.syncline.engine.fault.Failure;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Grant;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What becomes of tasks when an instance is changed under them, or a role over it revoked.
final class InstanceNews {
    private final Collection<TaskControl> controls;
    private final Function<Task, @Nullable Failure> forbidden;

    /// @param controls every task, as a view that is always up to date
    /// @param forbidden why a task may no longer use its instances; null while it may
    InstanceNews(Collection<TaskControl> controls, Function<Task, @Nullable Failure> forbidden) {
        this.controls = controls;
        this.forbidden = forbidden;
    }

    /// A link keeps what it connects with, and would try the old address for hours. One that copies
    /// is left alone: it would have to begin anew.
    void moved(Actor actor, RegisteredInstance instance) {
        for (TaskControl control : controls) {
            Task task = control.task();
            boolean connected =
                    task.state() == TaskState.RUNNING || task.state() == TaskState.RETRYING;
            if (task.uses(instance.id()) && connected) {
                // Who works for another account is that one's own affair.
                boolean own = task.account().equals(actor.account());
                control.happen(
                        new TaskEvent.Asked(TaskAction.MODIFY),
                        "instance '"
                                + instance.name()
                                + "' was changed by "
                                + (own ? actor.name() : "its account"),
                        "");
            }
        }
    }

    void revoked(Grant grant) {
        for (TaskControl control : controls) {
            Task task = control.task();
            boolean uses =
                    task.account().equals(grant.grantee())
                            && Stream.of(task.source(), task.target())
                                    .anyMatch(side ->
                                            !side.grant().isEmpty()
                                                    && grant.instances().contains(side.instance()));
            // One of its instances may still be its own to use by another role.
            if (uses && forbidden.apply(task) != null) {
                control.happen(
                        new TaskEvent.GrantRevoked(),
                        "account "
                                + grant.account()
                                + " has revoked the role '"
                                + grant.role()
                                + "'",
                        "Ask its admin for the role again, and resume; under another name, create the"
                                + " task again with it");
            }
        }
    }
}
