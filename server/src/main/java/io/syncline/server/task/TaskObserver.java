package io.syncline.server.task;

import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.view.Progress;

/// Hears of tasks as they go. Called on the threads that run them; must not block for long.
public interface TaskObserver {
    /// A task's state has changed.
    default void changed(Task before, Task after) {}

    /// A verification is over, or a continuous one has found something new.
    default void verified(Task task, VerificationRun run) {}

    /// A task that runs was measured; about once a second.
    default void measured(Task task, Progress progress) {}
}
