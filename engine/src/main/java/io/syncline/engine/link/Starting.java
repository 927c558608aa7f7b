package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.RetryRemedy;
import io.syncline.engine.target.StoppedException;
import io.syncline.engine.target.TaskRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Begins a run, trying again within the retry time: a side may go away behind the prechecks, or a
/// target take no writes for now, and then the task cannot even be registered there.
final class Starting {
    private final LinkOptions options;
    private final Consumer<LinkEvent> events;
    private final CountDownLatch stopped;
    private final Backoff backoff;
    private LinkEvent.Side side = LinkEvent.Side.SOURCE;

    /// @param stopped counted down when the user does not want it any more
    Starting(LinkOptions options, Consumer<LinkEvent> events, CountDownLatch stopped) {
        this.options = options;
        this.events = events;
        this.stopped = stopped;
        this.backoff = new Backoff(options.retry(), System.nanoTime());
    }

    /// The same with all of its time left.
    Starting again() {
        return new Starting(options, events, stopped);
    }

    /// Something at one side without which nothing begins.
    @FunctionalInterface
    interface Step<T> {
        T run() throws IOException;
    }

    /// Takes a step at one side until it succeeds.
    ///
    /// @throws StoppedException when told to stop meanwhile
    <T> T at(LinkEvent.Side at, Step<T> step) {
        while (true) {
            try {
                T done = step.run();
                if (backoff.count() > 0 && side == at) {
                    Duration away = backoff.elapsed(System.nanoTime());
                    events.accept(new LinkEvent.Recovered(0, at, place(), away));
                }
                return done;
            } catch (IOException e) {
                side = at;
                pause(String.valueOf(e.getMessage()));
            }
        }
    }

    private String place() {
        return (side == LinkEvent.Side.SOURCE ? options.source() : options.target())
                .addresses()
                .getFirst()
                .toString();
    }

    private void pause(String reason) {
        if (stopped.getCount() == 0) {
            throw new StoppedException();
        }
        long now = System.nanoTime();
        long delay = backoff.next(now);
        if (delay < 0) {
            throw side == LinkEvent.Side.TARGET
                    ? TaskRegistry.exhausted(place(), options.retry(), reason)
                    : new SynclineException(
                            options.retry().isZero()
                                    ? ErrorCode.UNREACHABLE
                                    : ErrorCode.RETRY_EXHAUSTED,
                            place(),
                            "the source went away while the task was starting: " + reason,
                            RetryRemedy.of("the source", reason) + "; then start the task again");
        }
        events.accept(
                new LinkEvent.Retrying(
                        0,
                        side,
                        place(),
                        backoff.count(),
                        backoff.elapsed(now),
                        options.retry(),
                        reason));
        try {
            if (stopped.await(delay, TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }
}
