package io.syncline.engine.pair;

import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ReplyReader;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.twoway.RequestEncoder;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The one ordered connection over which a pair writes to a site. The owner thread sends; a thread
/// of its own reads the answers and hands them back to the owner, whole groups at a time.
final class SiteChannel implements Closeable {
    /// A whole key may be as large as a server lets a value be.
    private static final int RECORD_LIMIT = 512 << 20;

    private final Connection connection;
    private final String place;
    private final RequestEncoder encoder;
    private final Runnable wake;
    private final LinkedBlockingQueue<Expected> expected = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Answered> answered = new ConcurrentLinkedQueue<>();
    private final Thread reader;
    private final long limitNanos;
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closing;
    private volatile @Nullable IOException fault;
    private volatile long waitingSinceNanos;

    /// Takes the answers to one group of commands.
    @FunctionalInterface
    interface Handler {
        void answered(List<Reply> replies);
    }

    private record Expected(int count, Handler handler) {}

    private record Answered(List<Reply> replies, Handler handler) {}

    SiteChannel(
            Connection connection, RequestEncoder encoder, Duration answerLimit, Runnable wake) {
        this.connection = connection;
        this.place = connection.address().toString();
        this.encoder = encoder;
        this.wake = wake;
        this.limitNanos = answerLimit.toNanos();
        reader = new Thread(this::read, "answers " + place);
        reader.setDaemon(true);
    }

    void start() throws IOException {
        connection.answerLimit(Duration.ZERO);
        reader.start();
    }

    RequestEncoder encoder() {
        return encoder;
    }

    String place() {
        return place;
    }

    /// Sends what the encoder holds. What a slow line takes long for is no silence of the node.
    void send(Handler handler) throws IOException {
        long begun = System.nanoTime();
        if (open.getAndIncrement() == 0) {
            waitingSinceNanos = begun;
        }
        expected.add(new Expected(encoder.owners().count(), handler));
        connection.send(encoder.out());
        long since = waitingSinceNanos;
        waitingSinceNanos = since + System.nanoTime() - begun;
    }

    /// Hands over the answers that have come.
    ///
    /// @return whether there was any
    /// @throws IOException when the connection is lost
    boolean deliver() throws IOException {
        boolean any = false;
        for (Answered next = answered.poll(); next != null; next = answered.poll()) {
            next.handler().answered(next.replies());
            any = true;
        }
        IOException broken = fault;
        if (broken != null) {
            throw broken;
        }
        if (open.get() > 0 && System.nanoTime() - waitingSinceNanos > limitNanos) {
            throw new IOException(
                    "no answer for " + TimeUnit.NANOSECONDS.toSeconds(limitNanos) + " s");
        }
        return any;
    }

    boolean isIdle() {
        return open.get() == 0 && answered.isEmpty();
    }

    private void read() {
        ReplyReader replies = new ReplyReader(new AnswerInput(connection.input()), RECORD_LIMIT);
        try {
            while (!closing) {
                Expected next = expected.poll(1, TimeUnit.SECONDS);
                if (next == null) {
                    continue;
                }
                List<Reply> read = new ArrayList<>(next.count());
                for (int i = 0; i < next.count(); i++) {
                    read.add(replies.read());
                }
                waitingSinceNanos = System.nanoTime();
                answered.add(new Answered(read, next.handler()));
                open.decrementAndGet();
                wake.run();
            }
        } catch (RespFormatException e) {
            fault = new IOException("it does not speak the Redis protocol: " + e.getMessage(), e);
        } catch (IOException e) {
            fault = e;
        } catch (SynclineException e) {
            fault = new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        wake.run();
    }

    @Override
    public void close() {
        closing = true;
        connection.close();
        reader.interrupt();
    }
}
