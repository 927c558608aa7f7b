package io.syncline.engine.link;

import io.syncline.engine.precheck.Finding;
import java.util.List;

/// A task as those who run and watch it see it: one link, or a pair of them.
public interface RunningTask {
    /// Only looks, and reports every check.
    List<Finding> precheck();

    /// Blocks until the task has ended.
    Link.Outcome run();

    /// Ends a run cleanly. From any thread.
    void stop();

    /// The numbers of this moment. From any thread.
    LinkStatus status();
}
