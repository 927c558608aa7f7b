package io.syncline.server.task;

import io.syncline.server.store.TaskLog;
import io.syncline.server.store.TaskTable;
import java.time.InstantSource;

/// What every task of this process shares.
record TaskContext(
        TaskTable tasks,
        TaskLog log,
        TaskOptions options,
        Conflicts conflicts,
        KeySamples samples,
        TaskObserver observer,
        InstantSource clock) {
    /// A logger that names the task in each line.
    System.Logger logger(String task) {
        return System.getLogger("task." + task);
    }
}
