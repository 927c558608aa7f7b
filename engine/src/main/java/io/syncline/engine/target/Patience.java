package io.syncline.engine.target;

import io.syncline.engine.net.Connector;
import io.syncline.engine.net.RetryListener;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// How long a node may leave unanswered what was sent to it. It may hang, and nobody can tell that
/// from work that takes long: so it is told before the connection counts as broken.
///
/// Belongs to a lane's reading thread.
final class Patience {
    /// A batch takes milliseconds; a server's own pauses (a fork, a slow disk) are over by then.
    /// Told ever less often.
    private static final long FIRST_TOLD_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// A question may take so long; a server's own pauses are shorter.
    private static final Duration LEAST = Connector.ANSWER_LIMIT;

    private final long limitNanos;
    private final boolean tells;
    private final RetryListener listener;
    private final String place;
    private long toldNanos = FIRST_TOLD_NANOS;
    private long silentNanos;
    private int told;

    /// @param limit how long an answer may take
    /// @param retry how long to go on behind that; zero: not at all. A shorter time counts for the
    ///   answer, too, and where nothing is tried again, nothing is told of that
    Patience(Duration limit, Duration retry, RetryListener listener, String place) {
        this.limitNanos = Math.min(limit.toNanos(), Math.max(retry.toNanos(), LEAST.toNanos()));
        this.tells = !retry.isZero();
        this.listener = listener;
        this.place = place;
    }

    /// The time was over.
    static final class SilenceException extends IOException {
        private static final long serialVersionUID = 1L;
        final long nanos;

        SilenceException(String words, long nanos, Throwable cause) {
            super(words, cause);
            this.nanos = nanos;
        }
    }

    /// Nothing came for a while, though something waits for its answer.
    ///
    /// @param nanos for how long that waits
    /// @throws IOException when that is too long
    void waited(long nanos, SocketTimeoutException cause) throws IOException {
        silentNanos = nanos;
        String words =
                "the target has not answered for " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s";
        if (nanos > limitNanos) {
            throw new SilenceException(words, nanos, cause);
        }
        if (tells && nanos >= toldNanos) {
            toldNanos *= 2;
            told++;
            listener.retrying(place, told, Duration.ofNanos(nanos), words);
        }
    }

    /// Something came.
    void answered() {
        if (told > 0) {
            told = 0;
            toldNanos = FIRST_TOLD_NANOS;
            listener.recovered(place, Duration.ofNanos(silentNanos));
        }
    }
}
