package io.syncline.engine.target;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.RespFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One ordered connection to one target node: batches go out one behind the other without waiting,
/// answers are checked one by one.
///
/// The owner sends; a thread of the lane's own reads. The reader must never wait for the writer,
/// since a server that cannot write its answers stops reading our commands. At the first answer
/// that the listener cannot live with the lane stops for good and says why; what was not answered
/// can be taken from it.
final class Lane implements Closeable {
    /// Even a line of 20 kB/s takes so much within the time for an answer.
    private static final int PIECE_BYTES = 1 << 20;

    private final Connection connection;
    private final LaneListener listener;
    private final Window window;
    private final Patience patience;
    private final Answers answers;
    private final Thread reader;

    /// Guards the fields below; waited on by a sender whose window is full.
    private final Object state = new Object();

    private final ArrayDeque<Batch> unanswered = new ArrayDeque<>();
    private long inFlightBytes;
    private boolean guardOpen;
    private @Nullable LaneFault fault;

    /// When something came last. Belongs to the reading thread.
    private long answeredNanos = System.nanoTime();

    Lane(Connection connection, LaneListener listener, long windowBytes, Patience patience) {
        this.connection = connection;
        this.listener = listener;
        this.window = new Window(windowBytes);
        this.patience = patience;
        this.answers = new Answers(listener, this::openGuard);
        this.reader = new Thread(this::read, "lane " + connection.address());
        reader.setDaemon(true);
        reader.start();
    }

    /// Sends a batch; waits while the window is full.
    ///
    /// @return whether it is on its way; otherwise [#fault()] says why, and it is among the
    ///   unanswered
    boolean send(Batch batch) {
        if (!admit(batch)) {
            return false;
        }
        try {
            if (batch.guardLength > 0) {
                connection.output().write(batch.wire.array, 0, batch.guardLength);
                if (!awaitGuard()) {
                    return false;
                }
            }
            write(batch);
            return true;
        } catch (IOException e) {
            fail(new LaneFault(LaneFault.Kind.LOST, null, -1, Failure.words(e)));
            return false;
        }
    }

    /// What a slow line takes long for is no silence of the node: it counts from the last piece.
    private void write(Batch batch) throws IOException {
        int until = batch.wire.length;
        for (int at = batch.guardLength; at < until; at += PIECE_BYTES) {
            connection.output().write(batch.wire.array, at, Math.min(PIECE_BYTES, until - at));
            if (until - at > PIECE_BYTES) {
                synchronized (state) {
                    batch.sentNanos = System.nanoTime();
                }
            }
        }
    }

    /// Bytes that may be sent and not answered, as far away as the node is.
    long windowBytes() {
        synchronized (state) {
            return window.bytes();
        }
    }

    /// Bytes that were sent and are not answered.
    long unansweredBytes() {
        synchronized (state) {
            return inFlightBytes;
        }
    }

    private boolean admit(Batch batch) {
        synchronized (state) {
            // A guard that asks first needs the answer to everything before it.
            boolean alone = batch.guardLength > 0;
            await(() ->
                    unanswered.isEmpty()
                            || (!alone && inFlightBytes + batch.wire.length <= window.bytes()));
            batch.windowBytes = batch.wire.length;
            batch.sentNanos = System.nanoTime();
            inFlightBytes += batch.windowBytes;
            unanswered.add(batch);
            return fault == null;
        }
    }

    private boolean awaitGuard() {
        synchronized (state) {
            boolean open = await(() -> guardOpen);
            guardOpen = false;
            return open;
        }
    }

    /// Waits for a condition or a fault. An interrupt means stop: it counts as a lost connection.
    ///
    /// @return whether there is no fault
    private boolean await(BooleanSupplier condition) {
        synchronized (state) {
            while (fault == null && !condition.getAsBoolean()) {
                try {
                    state.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    fault = new LaneFault(LaneFault.Kind.LOST, null, -1, "interrupted");
                }
            }
            return fault == null;
        }
    }

    @Nullable LaneFault fault() {
        synchronized (state) {
            return fault;
        }
    }

    boolean isIdle() {
        synchronized (state) {
            return unanswered.isEmpty();
        }
    }

    /// Waits until everything sent is answered, or the lane has stopped.
    ///
    /// @return whether everything was applied
    boolean drain() {
        return await(unanswered::isEmpty);
    }

    /// Stops the lane and returns what was not answered, in the order it was sent.
    List<Batch> stop() {
        fail(new LaneFault(LaneFault.Kind.LOST, null, -1, "closed"));
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (state) {
            return new ArrayList<>(unanswered);
        }
    }

    private void fail(LaneFault why) {
        synchronized (state) {
            if (fault == null) {
                fault = why;
            }
            state.notifyAll();
        }
        connection.close();
        listener.wake();
    }

    @Override
    public void close() {
        stop();
    }

    private void openGuard() {
        synchronized (state) {
            guardOpen = true;
            state.notifyAll();
        }
    }

    // ---- the reading thread ----

    private void read() {
        try {
            while (fault() == null) {
                Batch head = answers.isEmpty() ? null : head();
                if (head == null) {
                    fill();
                    continue;
                }
                switch (answers.read(head)) {
                    case WHOLE -> done(head);
                    case PARTIAL -> fill();
                    case FAILED -> {
                        LaneFault why = answers.fault();
                        fail(why != null ? why : protocol(head, "a fault without a reason"));
                    }
                }
            }
        } catch (Patience.SilenceException e) {
            long since = System.nanoTime() - e.nanos;
            fail(new LaneFault(LaneFault.Kind.LOST, null, -1, Failure.words(e), since));
        } catch (IOException e) {
            fail(new LaneFault(LaneFault.Kind.LOST, null, -1, Failure.words(e)));
        } catch (RespFormatException e) {
            fail(protocol(head(), Failure.words(e)));
        }
    }

    private static LaneFault protocol(@Nullable Batch batch, String words) {
        return new LaneFault(LaneFault.Kind.PROTOCOL, batch, -1, words);
    }

    private @Nullable Batch head() {
        synchronized (state) {
            return unanswered.peek();
        }
    }

    private void done(Batch batch) {
        listener.applied(batch);
        synchronized (state) {
            unanswered.remove();
            inFlightBytes -= batch.windowBytes;
            window.answered(System.nanoTime() - batch.sentNanos);
            state.notifyAll();
        }
        listener.released(batch);
        listener.wake();
    }

    /// For how long nothing has come that is waited for; -1 while nothing is.
    private long silentNanos() {
        synchronized (state) {
            Batch oldest = unanswered.peek();
            return oldest == null
                    ? -1
                    : System.nanoTime() - Math.max(oldest.sentNanos, answeredNanos);
        }
    }

    private void fill() throws IOException {
        while (true) {
            try {
                if (!answers.fill(connection.input())) {
                    throw new IOException("the target closed the connection");
                }
                patience.answered();
                answeredNanos = System.nanoTime();
                return;
            } catch (SocketTimeoutException e) {
                long silent = silentNanos();
                if (silent >= 0) {
                    patience.waited(silent, e);
                }
            }
        }
    }
}
