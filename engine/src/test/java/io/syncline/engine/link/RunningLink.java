package io.syncline.engine.link;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.precheck.Finding;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.time.Duration;
import java.util.List;

/// A link in this process, on a thread of its own, with everything that it told.
final class RunningLink implements AutoCloseable {
    static final Duration LIMIT = Underway.LIMIT;

    private final Link link;
    private final Underway underway = new Underway(this::toString);

    RunningLink(LinkOptions options) {
        link = new Link(options, underway::told);
        underway.start(link::run);
    }

    <T extends LinkEvent> List<T> events(Class<T> kind) {
        return underway.events(kind);
    }

    /// The one pipeline, as soon as there is one.
    LinkStatus.Shard shard() {
        await("a pipeline", () -> !link.status().shards().isEmpty());
        return link.status().shards().getFirst();
    }

    List<LinkStatus.Shard> shards() {
        return link.status().shards();
    }

    /// Waits until all pipelines stream.
    RunningLink awaitAllStreaming() {
        await("all pipelines streaming", this::allStreaming);
        return this;
    }

    boolean allStreaming() {
        return !shards().isEmpty()
                && shards().stream().allMatch(shard -> shard.phase() == Phase.STREAMING);
    }

    /// What prechecks object to.
    List<Finding> errors() {
        return events(LinkEvent.Checked.class).stream()
                .map(LinkEvent.Checked::finding)
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .toList();
    }

    boolean streaming() {
        List<LinkStatus.Shard> shards = link.status().shards();
        return !shards.isEmpty() && shards.getFirst().phase() == Phase.STREAMING;
    }

    RunningLink awaitStreaming() {
        await("streaming", this::streaming);
        return this;
    }

    /// Waits for something that only a link that still runs can do.
    void await(String what, Await.Condition condition) {
        underway.await(what, condition);
    }

    /// Waits until the target has everything that the source has now.
    void awaitCaughtUp(RedisServer source) {
        long goal = Long.parseLong(source.info("master_repl_offset"));
        await("offset " + goal, () -> streaming() && shard().appliedOffset() >= goal);
    }

    Link.Outcome awaitEnd() {
        return underway.awaitEnd();
    }

    Failure awaitFailure() {
        return underway.awaitFailure();
    }

    boolean ended() {
        return underway.hasEnded();
    }

    /// Asks for the end and waits for it.
    Link.Outcome stop() {
        link.stop();
        return awaitEnd();
    }

    @Override
    public void close() {
        if (!ended()) {
            stop();
        }
    }

    @Override
    public String toString() {
        return link.status() + underway.lastEvents(event -> !(event instanceof LinkEvent.Checked));
    }
}
