package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.precheck.Finding;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A link in this process, on a thread of its own, with everything that it told.
final class RunningLink implements AutoCloseable {
    /// Everything on loopback is done sooner; a test that waits so long has failed.
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final Link link;
    private final List<LinkEvent> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Link.Outcome> outcome = new CompletableFuture<>();

    RunningLink(LinkOptions options) {
        link = new Link(options, events::add);
        Thread.ofPlatform().name("link under test").daemon().start(this::run);
    }

    private void run() {
        try {
            outcome.complete(link.run());
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }

    <T extends LinkEvent> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
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
        await(
                "all pipelines streaming",
                () ->
                        !shards().isEmpty()
                                && shards().stream()
                                        .allMatch(shard -> shard.phase() == Phase.STREAMING));
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
        Await.until(
                what + "; " + this,
                LIMIT,
                () -> {
                    if (outcome.isDone() && !condition.holds()) {
                        throw new AssertionError("the link ended before " + what + ": " + this);
                    }
                    return condition.holds();
                });
    }

    /// Waits until the target has everything that the source has now.
    void awaitCaughtUp(RedisServer source) {
        long goal = Long.parseLong(source.info("master_repl_offset"));
        await("offset " + goal, () -> streaming() && shard().appliedOffset() >= goal);
    }

    Link.Outcome awaitEnd() {
        try {
            return outcome.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("the link threw", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the link does not end: " + this, e);
        }
    }

    Failure awaitFailure() {
        assertThat(awaitEnd()).as("%s", this).isEqualTo(Link.Outcome.FAILED);
        return events(LinkEvent.Failed.class).getFirst().failure();
    }

    boolean ended() {
        return outcome.isDone();
    }

    /// Asks for the end and waits for it.
    Link.Outcome stop() {
        link.stop();
        return awaitEnd();
    }

    @Override
    public void close() {
        if (!outcome.isDone()) {
            stop();
        }
    }

    @Override
    public String toString() {
        List<LinkEvent> told =
                events.stream().filter(event -> !(event instanceof LinkEvent.Checked)).toList();
        List<LinkEvent> last = told.subList(Math.max(0, told.size() - 8), told.size());
        return link.status() + "\n  events: " + last;
    }
}
