package io.syncline.server.boot;

import io.syncline.server.model.Task;
import io.syncline.server.task.TaskObserver;
import io.syncline.server.view.Progress;
import java.util.List;

/// Passes what happens to tasks on to everyone who wants to know.
record Observers(List<TaskObserver> all) implements TaskObserver {
    @Override
    public void changed(Task before, Task after) {
        all.forEach(each -> each.changed(before, after));
    }

    @Override
    public void measured(Task task, Progress progress) {
        all.forEach(each -> each.measured(task, progress));
    }
}
