package io.syncline.server.boot;

import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.task.TaskObserver;
import io.syncline.server.view.Progress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Passes what happens to tasks on to everyone who wants to know.
final class Observers implements TaskObserver {
    private final List<TaskObserver> all;

    Observers(List<TaskObserver> all) {
        this.all = new CopyOnWriteArrayList<>(all);
    }

    /// For one that needs the tasks to be made. Before any task goes on.
    void add(TaskObserver observer) {
        all.add(observer);
    }

    @Override
    public void changed(Task before, Task after) {
        all.forEach(each -> each.changed(before, after));
    }

    @Override
    public void verified(Task task, VerificationRun run) {
        all.forEach(each -> each.verified(task, run));
    }

    @Override
    public void measured(Task task, Progress progress) {
        all.forEach(each -> each.measured(task, progress));
    }
}
