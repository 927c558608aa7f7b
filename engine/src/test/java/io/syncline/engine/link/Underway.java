package io.syncline.engine.link;

import io.syncline.engine.fault.Failure;
import io.syncline.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A task of either kind in this process, on a thread of its own: what it told, and how it ended.
public final class Underway {
    /// Everything on loopback is done sooner; a test that waits so long has failed.
    public static final Duration LIMIT = Duration.ofSeconds(60);

    /// As much as helps to see what went wrong.
    private static final int LAST_EVENTS = 8;

    private final List<LinkEvent> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Link.Outcome> outcome = new CompletableFuture<>();
    private final Supplier<String> now;

    /// @param now how the task is at the moment, for whoever reads why a test failed
    public Underway(Supplier<String> now) {
        this.now = now;
    }

    public void told(LinkEvent event) {
        events.add(event);
    }

    public void start(Supplier<Link.Outcome> task) {
        Thread.ofPlatform().name("task under test").daemon().start(() -> run(task));
    }

    private void run(Supplier<Link.Outcome> task) {
        try {
            outcome.complete(task.get());
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }

    public <T extends LinkEvent> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    public boolean hasEnded() {
        return outcome.isDone();
    }

    /// Waits for something that only a task that still runs can do.
    public void await(String what, Await.Condition condition) {
        try {
            Await.until(
                    what,
                    LIMIT,
                    () -> {
                        boolean holds = condition.holds();
                        if (hasEnded() && !holds) {
                            throw new AssertionError("the task ended before " + what);
                        }
                        return holds;
                    });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; now: " + now.get(), e);
        }
    }

    public Link.Outcome awaitEnd() {
        try {
            return outcome.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("the task threw", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the task does not end: " + now.get(), e);
        }
    }

    public Failure awaitFailure() {
        Link.Outcome how = awaitEnd();
        if (how != Link.Outcome.FAILED) {
            throw new AssertionError("it ended with " + how + ": " + now.get());
        }
        return events(LinkEvent.Failed.class).getFirst().failure();
    }

    /// The newest of the events that are worth reading.
    public String lastEvents(Predicate<LinkEvent> isWorthReading) {
        List<LinkEvent> told = events.stream().filter(isWorthReading).toList();
        return "\n  events: " + told.subList(Math.max(0, told.size() - LAST_EVENTS), told.size());
    }
}
