package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Looks after both sites beside their streams: acknowledges, writes the beats that date users'
/// writes, asks how far each site is. A thread of its own; nothing here may hold up the data.
final class Beats implements Runnable {
    private static final long TICK_MILLIS = 50;
    private static final long BEAT_NANOS = 1_000_000_000;
    private static final long TRY_AGAIN_NANOS = 3_000_000_000L;

    /// Nothing is left behind at a site when the task is gone.
    private static final String LIFE_MILLIS = "60000";

    /// Nobody waits longer than this for a beat.
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final List<Beat> beats = new ArrayList<>();
    private final byte[] task;
    private final CountDownLatch stopping = new CountDownLatch(1);

    /// One site's side of it.
    private static final class Beat {
        final Port port;
        final SiteStream stream;
        final AtomicLong acknowledged = new AtomicLong(-1);
        final AtomicLong siteOffset = new AtomicLong(-1);
        @Nullable Connection connection;
        long dueNanos = System.nanoTime();

        Beat(Port port, SiteStream stream) {
            this.port = port;
            this.stream = stream;
        }
    }

    /// @param task whose pair the sites are
    Beats(List<Port> ports, List<SiteStream> streams, String task) {
        this.task = task.getBytes(UTF_8);
        for (int i = 0; i < ports.size(); i++) {
            beats.add(new Beat(ports.get(i), streams.get(i)));
        }
    }

    @Override
    public void run() {
        try {
            while (!stopping.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                for (Beat beat : beats) {
                    beat.stream.receiver().tick(beat.acknowledged.get());
                    if (System.nanoTime() - beat.dueNanos >= 0) {
                        write(beat);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            beats.forEach(Beats::close);
        }
    }

    private void write(Beat beat) {
        try {
            Connection open = beat.connection;
            if (open == null) {
                open = beat.port.open();
                open.answerLimit(ANSWER_LIMIT);
                open.call("SELECT", Integer.toString(beat.port.keys().database()));
                beat.connection = open;
            }
            if (beat.port.tag() != Port.NO_TAG) {
                set(open, beat.port.keys().beat());
            }
            if (beat.port.slots().get(Slots.of(End.MEMBERSHIP))) {
                // Taken by an eviction or a flush, it comes back. Where it stands this changes
                // nothing and is not streamed; where its slot has moved away, another node sets it.
                open.call("SET".getBytes(UTF_8), End.MEMBERSHIP, task, "NX".getBytes(UTF_8));
            }
            beat.siteOffset.set(Answers.offset(open.call("INFO", "replication")));
            beat.dueNanos = System.nanoTime() + BEAT_NANOS;
        } catch (IOException | RuntimeException e) {
            // The data path meets the same fault and says so.
            System.getLogger(Beats.class.getName())
                    .log(System.Logger.Level.DEBUG, "a beat at " + beat.port.site(), e);
            close(beat);
            beat.dueNanos = System.nanoTime() + TRY_AGAIN_NANOS;
        }
    }

    private static void set(Connection open, byte[] key) throws IOException {
        Reply written =
                open.call(
                        "SET".getBytes(UTF_8),
                        key,
                        Long.toString(System.currentTimeMillis()).getBytes(UTF_8),
                        "PX".getBytes(UTF_8),
                        LIFE_MILLIS.getBytes(UTF_8));
        if (written instanceof Reply.Failure failure) {
            throw new IOException(failure.text());
        }
    }

    private static void close(Beat beat) {
        Connection open = beat.connection;
        beat.connection = null;
        if (open != null) {
            open.close();
        }
    }

    /// How far a site may believe its stream to be safe elsewhere.
    void acknowledge(int site, long offset) {
        beats.get(site).acknowledged.set(offset);
    }

    /// A site's own offset, as last asked; -1 when it was not.
    long siteOffset(int site) {
        return beats.get(site).siteOffset.get();
    }

    void stop() {
        stopping.countDown();
    }
}
