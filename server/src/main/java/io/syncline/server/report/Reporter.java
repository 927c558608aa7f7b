package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Proof;
import java.time.Duration;

/// Says how a run goes. Used by one thread.
///
/// Every method may throw [Output.Closed] when nobody listens any more.
public interface Reporter {
    void started(LinkOptions options);

    void happened(LinkEvent event);

    void progressed(Progress progress);

    /// A failure that came as an exception and not as an event.
    void failed(Failure failure);

    /// Last of all.
    void ended(Ending.Kind kind, int exitCode, Progress last);

    /// Something that is no event of the link: the demo's story, a signal's answer.
    void say(String text);

    /// What a comparison of both sides found.
    void proved(Proof proof);

    /// How often [#progressed] is wanted.
    Duration interval();
}
