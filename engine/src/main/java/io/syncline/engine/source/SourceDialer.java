package io.syncline.engine.source;

import io.syncline.engine.cluster.ShardGoneException;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.RetryRemedy;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Opens replica streams, and waits for a source that is away, within the retry time.
final class SourceDialer {
    /// How often a wait looks whether it is still wanted.
    private static final long LOOK_NANOS = 100_000_000;

    /// Nodes of a cluster need a moment to agree on who is a primary.
    private static final long GONE_NANOS = 2_000_000_000L;

    private final Receiver.Settings settings;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Connection handshaking;
    private volatile String place;
    private volatile boolean abandoning;
    private volatile boolean gone;

    /// Whether a stream was opened before: a right that is missing then was taken away, and may be
    /// given back.
    private volatile boolean served;

    SourceDialer(Receiver.Settings settings, String place) {
        this.settings = settings;
        this.place = place;
    }

    /// The node last dialled.
    String place() {
        return place;
    }

    /// Opens a stream, trying again as long as the settings allow.
    ///
    /// @param from null for a snapshot
    /// @param fault why an earlier stream broke; null for a first one
    /// @param sinceNanos when it broke, or nothing came any more
    /// @return null when that is not wanted any more, or the shard [#isGone]
    @Nullable ReplicaStream open(@Nullable Position from, @Nullable String fault, long sinceNanos) {
        long now = System.nanoTime();
        long goneNanos = now + GONE_NANOS;
        Backoff backoff = new Backoff(settings.retry(), sinceNanos);
        String reason = fault;
        while (!isStopping()) {
            if (reason == null) {
                try {
                    ReplicaStream opened = openOnce(from, fault != null);
                    served = true;
                    if (backoff.count() > 0) {
                        settings.listener().recovered(place, backoff.elapsed(System.nanoTime()));
                    }
                    return opened;
                } catch (ShardGoneException e) {
                    reason = reason(e);
                    if (System.nanoTime() >= goneNanos) {
                        gone = true;
                        return null;
                    }
                } catch (IOException e) {
                    goneNanos = System.nanoTime() + GONE_NANOS;
                    reason = reason(e);
                } catch (SynclineException e) {
                    if (!served || settings.retry().isZero() || !isOfRights(e)) {
                        throw e;
                    }
                    reason = e.failure().reason();
                }
                if (isStopping()) {
                    return null;
                }
            }
            now = System.nanoTime();
            long delay = backoff.next(now);
            if (delay < 0) {
                throw exhausted(backoff, reason, now);
            }
            settings.listener().retrying(place, backoff.count(), backoff.elapsed(now), reason);
            pause(delay);
            reason = null;
        }
        return null;
    }

    private static boolean isOfRights(SynclineException e) {
        return switch (e.failure().code()) {
            case PSYNC_REFUSED, NOT_PERMITTED, NOT_AUTHENTICATED -> true;
            default -> false;
        };
    }

    private SynclineException exhausted(Backoff backoff, String reason, long now) {
        return new SynclineException(
                code(reason),
                place,
                "the source is away"
                        + (settings.retry().isZero()
                                ? ""
                                : " for "
                                        + backoff.elapsed(now).toSeconds()
                                        + " s, longer than the retry time of "
                                        + settings.retry().toMinutes()
                                        + " min")
                        + ": "
                        + reason,
                RetryRemedy.of("the source", reason)
                        + "; then start the task again: it goes on where it stopped, as long as the"
                        + " source's backlog reaches back to there");
    }

    private ErrorCode code(String reason) {
        return switch (RetryRemedy.kind(reason)) {
            case NOPERM -> ErrorCode.NOT_PERMITTED;
            case NOAUTH, WRONGPASS, DENIED -> ErrorCode.NOT_AUTHENTICATED;
            default ->
                    settings.retry().isZero() ? ErrorCode.UNREACHABLE : ErrorCode.RETRY_EXHAUSTED;
        };
    }

    /// @param again whether an earlier stream of it broke
    private ReplicaStream openOnce(@Nullable Position from, boolean again) throws IOException {
        HostPort address = settings.finder().find();
        place = address.toString();
        Connection connection = settings.connector().open(address);
        handshaking = connection;
        try {
            if (isStopping()) {
                throw new EOFException("stopped");
            }
            if (from != null && settings.asksForHistory()) {
                ReplicaStream behind = ReplicaStream.behind(connection, from, again);
                if (behind != null) {
                    return behind;
                }
            }
            return ReplicaStream.open(connection, from, settings.version(), settings.silence());
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        } finally {
            handshaking = null;
        }
    }

    /// Lets the present wait end, and the next ones begin again with [#resume].
    void abandon() {
        abandoning = true;
        closeHandshake();
    }

    void resume() {
        abandoning = false;
    }

    /// Ends every wait, for good.
    void stop() {
        stopping.countDown();
        closeHandshake();
    }

    private void closeHandshake() {
        Connection unfinished = handshaking;
        if (unfinished != null) {
            unfinished.close();
        }
    }

    static String reason(IOException e) {
        return e instanceof SocketTimeoutException
                ? "the node said nothing for too long"
                : Failure.words(e);
    }

    /// Whether the shard was dissolved: nobody will ever continue its stream.
    boolean isGone() {
        return gone;
    }

    boolean isStopping() {
        return stopping.getCount() == 0 || abandoning;
    }

    /// Waits.
    ///
    /// @return whether the receiver was closed, or let go of its feed, meanwhile
    boolean pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!isStopping() && System.nanoTime() < until) {
                stopping.await(
                        Math.min(until - System.nanoTime(), LOOK_NANOS), TimeUnit.NANOSECONDS);
            }
            return isStopping();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
            return true;
        }
    }
}
