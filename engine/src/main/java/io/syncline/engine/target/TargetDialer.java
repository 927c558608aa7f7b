package io.syncline.engine.target;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Connects to a target and waits for one that is away, within the retry time.
final class TargetDialer {
    private final WriterSettings settings;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile String place;

    TargetDialer(WriterSettings settings) {
        this.settings = settings;
        this.place = settings.instance().endpoint().addresses().getFirst().toString();
    }

    /// Something small to be done on a connection of its own.
    @FunctionalInterface
    interface Step {
        void run(Connection connection) throws IOException;
    }

    /// The node last dialled.
    String place() {
        return place;
    }

    /// Opens a connection to a node, in the checkpoint's database.
    Connection open(NodeFinder finder) throws IOException {
        if (stopping.getCount() == 0) {
            throw new StoppedException();
        }
        return dial(finder);
    }

    private Connection dial(NodeFinder finder) throws IOException {
        HostPort address = finder.find();
        place = address.toString();
        Connection connection = settings.instance().connector().open(address);
        try {
            if (settings.database() != 0) {
                CheckpointStore.accept(
                        connection,
                        connection.call("SELECT", Integer.toString(settings.database())));
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /// Does a step, trying again within the retry time.
    void retrying(NodeFinder finder, Step step) {
        Backoff backoff = backoff();
        while (true) {
            try (Connection connection = open(finder)) {
                step.run(connection);
                recovered(backoff);
                return;
            } catch (IOException e) {
                pause(backoff, e);
            }
        }
    }

    /// Does what makes a stop clean: as [#retrying] does, but when told to stop, once all the same.
    void finishing(NodeFinder finder, Step step) {
        if (!isStopping()) {
            retrying(finder, step);
            return;
        }
        try (Connection connection = dial(finder)) {
            step.run(connection);
        } catch (IOException e) {
            System.getLogger(TargetDialer.class.getName())
                    .log(System.Logger.Level.DEBUG, "a last word to " + place, e);
            throw new StoppedException();
        }
    }

    Backoff backoff() {
        return backoff(System.nanoTime());
    }

    /// @param sinceNanos when the target went away: its silence counts as retry time
    Backoff backoff(long sinceNanos) {
        return new Backoff(settings.retry(), sinceNanos);
    }

    void recovered(Backoff backoff) {
        if (backoff.count() > 0) {
            settings.listener().recovered(place, backoff.elapsed(System.nanoTime()));
        }
    }

    void pause(Backoff backoff, Exception why) {
        pause(backoff, Failure.words(why));
    }

    /// Waits before the next try.
    ///
    /// @throws SynclineException when the retry time is over
    void pause(Backoff backoff, String reason) {
        long now = System.nanoTime();
        long delay = backoff.next(now);
        if (delay < 0) {
            throw exhausted(reason);
        }
        report(backoff, reason);
        try {
            if (stopping.await(delay, TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }

    void report(Backoff backoff, String reason) {
        long now = System.nanoTime();
        settings.listener().retrying(place, backoff.count(), backoff.elapsed(now), reason);
    }

    /// @throws StoppedException when nobody wants to know any more
    SynclineException exhausted(String reason) {
        if (isStopping()) {
            throw new StoppedException();
        }
        return TargetErrors.exhausted(place, settings.retry(), reason);
    }

    void abort() {
        stopping.countDown();
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }
}
