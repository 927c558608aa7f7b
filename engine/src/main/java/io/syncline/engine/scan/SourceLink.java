package io.syncline.engine.scan;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.source.FeedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The connection that a scan asks by: opened when needed, and again after a fault, within the
/// retry time.
final class SourceLink implements Closeable {
    private final ScanSettings settings;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable KeyReader reader;
    private volatile String place;

    SourceLink(ScanSettings settings) {
        this.settings = settings;
        this.place = settings.place();
    }

    /// Something that is asked of the source, and may be asked again from the beginning.
    @FunctionalInterface
    interface Question<T> {
        T ask(KeyReader reader) throws IOException;
    }

    /// Asks, again and again while the source is away.
    ///
    /// @throws FeedWriter.ClosedException as the question threw it
    /// @throws InterruptedIOException when closed meanwhile
    <T> T ask(Question<T> question) throws IOException {
        Backoff backoff = null;
        while (true) {
            try {
                T answer = question.ask(open());
                if (backoff != null) {
                    settings.listener().recovered(place, backoff.elapsed(System.nanoTime()));
                }
                return answer;
            } catch (FeedWriter.ClosedException e) {
                throw e;
            } catch (IOException e) {
                if (isClosed()) {
                    throw stopped();
                }
                long now = System.nanoTime();
                backoff = backoff == null ? new Backoff(settings.retry(), now) : backoff;
                retry(backoff, e, now);
            }
        }
    }

    private void retry(Backoff backoff, IOException fault, long now) throws IOException {
        drop();
        String reason = String.valueOf(fault.getMessage());
        long delay = backoff.next(now);
        if (delay < 0) {
            throw new SynclineException(
                    settings.retry().isZero() ? ErrorCode.UNREACHABLE : ErrorCode.RETRY_EXHAUSTED,
                    place,
                    "the source is away: " + reason,
                    "Bring it back and start the task again");
        }
        settings.listener().retrying(place, backoff.count(), backoff.elapsed(now), reason);
        try {
            if (closed.await(delay, TimeUnit.MILLISECONDS)) {
                throw stopped();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped();
        }
    }

    private static InterruptedIOException stopped() {
        return new InterruptedIOException("the scan was stopped");
    }

    private KeyReader open() throws IOException {
        KeyReader present = reader;
        if (present != null) {
            return present;
        }
        if (isClosed()) {
            throw stopped();
        }
        KeyReader made = new KeyReader(connect());
        reader = made;
        if (isClosed()) {
            drop();
            throw stopped();
        }
        return made;
    }

    /// A connection of its own to the node.
    Connection connect() throws IOException {
        HostPort address = settings.finder().find();
        place = address.toString();
        return settings.connector().open(address);
    }

    String place() {
        return place;
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    /// Waits until closed, or so long.
    void await(long millis) throws InterruptedException {
        closed.await(millis, TimeUnit.MILLISECONDS);
    }

    private void drop() {
        KeyReader present = reader;
        reader = null;
        if (present != null) {
            present.close();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        drop();
    }
}
