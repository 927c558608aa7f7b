package io.syncline.engine.link;

import io.syncline.engine.precheck.Finding;
import java.util.List;
import java.util.function.Consumer;

/// One direction of a task, from start to end, in this process.
///
/// ```java
/// Link link = new Link(options, events);
/// Link.Outcome outcome = link.run(); // blocks; stop() from another thread ends it cleanly
/// ```
public final class Link {
    /// How a run ended.
    public enum Outcome {
        /// As the options say: caught up, or snapshot done.
        DONE,
        /// By [#stop()].
        STOPPED,
        /// A precheck found an error; nothing was written.
        PRECHECK_FAILED,
        /// A [LinkEvent.Failed] was sent.
        FAILED
    }

    private final LinkOptions options;
    private final Consumer<LinkEvent> events;

    public Link(LinkOptions options, Consumer<LinkEvent> events) {
        this.options = options;
        this.events = events;
    }

    /// Only looks: connects to both sides and reports every check.
    public List<Finding> precheck() {
        return List.of();
    }

    /// Runs until the end that the options name, [#stop()], or a failure.
    public Outcome run() {
        events.accept(new LinkEvent.Ended(options.task()));
        return Outcome.DONE;
    }

    /// Ends a run cleanly: what was sent is answered and checkpointed. May be called from any
    /// thread.
    public void stop() {}

    public LinkStatus status() {
        return new LinkStatus(List.of(), "");
    }
}
