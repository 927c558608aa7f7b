package io.syncline.server.task;

import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Grant;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import java.util.Collection;

/// What becomes of tasks when an instance is changed under them, or a role over it revoked.
final class InstanceNews {
    private final Collection<TaskControl> controls;

    /// @param controls every task, as a view that is always up to date
    InstanceNews(Collection<TaskControl> controls) {
        this.controls = controls;
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
            if (task.source().grant().equals(grant.id())
                    || task.target().grant().equals(grant.id())) {
                control.happen(
                        new TaskEvent.GrantRevoked(),
                        "account "
                                + grant.account()
                                + " has revoked the role '"
                                + grant.role()
                                + "'",
                        "Ask its admin for a new grant, and create the task again with it");
            }
        }
    }
}
