package io.syncline.engine.target;

import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ReplyParser;
import io.syncline.engine.resp.RespFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One ordered connection to one target node: batches go out one behind the other without waiting,
/// answers are checked one by one.
///
/// The owner sends; a thread of the lane's own reads. The reader must never wait for the writer,
/// since a server that cannot write its answers stops reading our commands. At the first answer
/// that is not as it should be the lane stops for good and says why; what was not answered can be
/// taken from it.
final class Lane implements Closeable {
    private static final int REPLY_BUFFER_BYTES = 64 << 10;

    private final Connection connection;
    private final LaneListener listener;
    private final long windowBytes;
    private final long answerLimitNanos;
    private final Thread reader;

    /// Guards the three fields below; waited on by a sender whose window is full.
    private final Object state = new Object();

    private final ArrayDeque<Batch> unanswered = new ArrayDeque<>();
    private long inFlightBytes;
    private @Nullable LaneFault fault;

    Lane(Connection connection, LaneListener listener, long windowBytes, long answerLimitNanos) {
        this.connection = connection;
        this.listener = listener;
        this.windowBytes = windowBytes;
        this.answerLimitNanos = answerLimitNanos;
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
            int from = batch.guardLength;
            connection.output().write(batch.wire.array, from, batch.wire.length - from);
            return true;
        } catch (IOException e) {
            fail(new LaneFault(LaneFault.Kind.LOST, null, -1, words(e)));
            return false;
        }
    }

    private boolean admit(Batch batch) {
        synchronized (state) {
            // A guard that asks first needs the answer to everything before it.
            long window = batch.guardLength > 0 ? 0 : windowBytes;
            while (fault == null
                    && !unanswered.isEmpty()
                    && inFlightBytes + batch.wire.length > window) {
                if (interrupted()) {
                    break;
                }
            }
            batch.windowBytes = batch.wire.length;
            batch.sentNanos = System.nanoTime();
            inFlightBytes += batch.windowBytes;
            unanswered.add(batch);
            return fault == null;
        }
    }

    private boolean guardOpen;

    private boolean awaitGuard() {
        synchronized (state) {
            while (fault == null && !guardOpen) {
                if (interrupted()) {
                    return false;
                }
            }
            guardOpen = false;
            return fault == null;
        }
    }

    /// Waits for a change of state. An interrupt means stop: it counts as a lost connection.
    private boolean interrupted() {
        try {
            state.wait();
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (fault == null) {
                fault = new LaneFault(LaneFault.Kind.LOST, null, -1, "interrupted");
            }
            return true;
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
        synchronized (state) {
            while (fault == null && !unanswered.isEmpty()) {
                if (interrupted()) {
                    break;
                }
            }
            return fault == null;
        }
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

    // ---- the reading thread ----

    private byte[] buffer = new byte[REPLY_BUFFER_BYTES];
    private int from;
    private int limit;
    private final ReplyParser parser = new ReplyParser();

    /// Where the reader stands in the answers to the batch at the head.
    private int unit;

    private Stage stage = Stage.BEGIN;
    private int answered;
    private int commandBase;
    private int refusedCommand = -1;
    private String refusal = "";

    private enum Stage {
        BEGIN,
        WATCHED,
        GUARDED,
        QUEUEING,
        EXECUTED,
        RESULTS
    }

    private void read() {
        try {
            while (true) {
                Batch head = head();
                if (head == null || !answers(head)) {
                    if (fault() != null) {
                        return;
                    }
                    fill();
                }
            }
        } catch (IOException e) {
            fail(new LaneFault(LaneFault.Kind.LOST, null, -1, words(e)));
        } catch (RespFormatException e) {
            fail(new LaneFault(LaneFault.Kind.PROTOCOL, head(), -1, words(e)));
        }
    }

    private @Nullable Batch head() {
        if (from == limit) {
            return null;
        }
        synchronized (state) {
            return unanswered.peek();
        }
    }

    private void fill() throws IOException {
        if (from == limit) {
            from = 0;
            limit = 0;
        } else if (limit == buffer.length) {
            if (from > 0) {
                System.arraycopy(buffer, from, buffer, 0, limit - from);
                limit -= from;
                from = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        while (true) {
            try {
                int count = connection.input().read(buffer, limit, buffer.length - limit);
                if (count < 0) {
                    throw new IOException("the target closed the connection");
                }
                limit += count;
                return;
            } catch (SocketTimeoutException e) {
                synchronized (state) {
                    Batch oldest = unanswered.peek();
                    if (oldest != null && System.nanoTime() - oldest.sentNanos > answerLimitNanos) {
                        throw new IOException(
                                "the target has not answered for "
                                        + answerLimitNanos / 1_000_000_000
                                        + " s",
                                e);
                    }
                }
            }
        }
    }

    /// Reads on in the answers to a batch.
    ///
    /// @return whether the batch is answered; otherwise more bytes are needed, or the lane failed
    private boolean answers(Batch batch) {
        while (unit < batch.unitCount) {
            int due = batch.units[unit];
            int count = due & Batch.COUNT_MASK;
            boolean whole =
                    (due & Batch.PLAIN) != 0
                            ? plain(batch, count)
                            : transaction(batch, count, (due & Batch.GUARDED) != 0);
            if (!whole) {
                return false;
            }
            unit++;
            commandBase += count;
            answered = 0;
            stage = Stage.BEGIN;
        }
        unit = 0;
        commandBase = 0;
        listener.applied(batch);
        synchronized (state) {
            unanswered.remove();
            inFlightBytes -= batch.windowBytes;
            state.notifyAll();
        }
        listener.released(batch);
        listener.wake();
        return true;
    }

    private boolean plain(Batch batch, int count) {
        while (answered < count) {
            int ok = ReplyParser.countOk(buffer, from, limit, count - answered);
            from += ok * ReplyParser.OK_LENGTH;
            answered += ok;
            if (answered == count) {
                break;
            }
            int end = parser.skip(buffer, from, limit);
            if (end < 0) {
                return false;
            }
            if (ReplyParser.isError(buffer, from)) {
                String error = ReplyParser.text(buffer, from, end);
                LaneFault.Kind kind = LaneFault.kindOf(error);
                if (kind != LaneFault.Kind.REFUSED) {
                    fail(new LaneFault(kind, batch, commandBase + answered, error));
                    return false;
                }
                listener.refused(batch, commandBase + answered, error);
            }
            from = end;
            answered++;
        }
        return true;
    }

    private boolean transaction(Batch batch, int count, boolean guarded) {
        if (stage == Stage.BEGIN) {
            if (guarded && !guard(batch)) {
                return false;
            }
            stage = Stage.GUARDED;
        }
        if (stage == Stage.GUARDED) {
            if (!status(batch)) {
                return false;
            }
            stage = Stage.QUEUEING;
            refusedCommand = -1;
        }
        if (stage == Stage.QUEUEING) {
            if (!queued(count)) {
                return false;
            }
            stage = Stage.EXECUTED;
            answered = 0;
        }
        if (stage == Stage.EXECUTED) {
            if (!opened(batch, count)) {
                return false;
            }
            stage = Stage.RESULTS;
        }
        return results(batch, count);
    }

    private boolean queued(int count) {
        while (answered < count) {
            int queued = ReplyParser.countQueued(buffer, from, limit, count - answered);
            from += queued * ReplyParser.QUEUED_LENGTH;
            answered += queued;
            if (answered == count) {
                break;
            }
            int end = parser.skip(buffer, from, limit);
            if (end < 0) {
                return false;
            }
            if (ReplyParser.isError(buffer, from) && refusedCommand < 0) {
                refusedCommand = commandBase + answered;
                refusal = ReplyParser.text(buffer, from, end);
            }
            from = end;
            answered++;
        }
        return true;
    }

    /// The first bytes of EXEC's answer: an array of results, nil, or an error.
    private boolean opened(Batch batch, int count) {
        if (from == limit) {
            return false;
        }
        if (buffer[from] == '-') {
            int end = parser.skip(buffer, from, limit);
            if (end < 0) {
                return false;
            }
            String error = ReplyParser.text(buffer, from, end);
            String cause = refusedCommand < 0 ? error : refusal;
            fail(new LaneFault(LaneFault.kindOf(cause), batch, refusedCommand, cause));
            return false;
        }
        int next = parser.openArray(buffer, from, limit);
        if (next < 0) {
            return false;
        }
        int items = parser.itemCount();
        if (items < 0) {
            String reason = "another transaction came between";
            fail(new LaneFault(LaneFault.Kind.CHAIN_BROKEN, batch, -1, reason));
            return false;
        }
        if (items != count) {
            String reason = "EXEC answered " + items + " results for " + count + " commands";
            fail(new LaneFault(LaneFault.Kind.PROTOCOL, batch, -1, reason));
            return false;
        }
        from = next;
        return true;
    }

    private boolean results(Batch batch, int count) {
        while (answered < count) {
            int ok = ReplyParser.countOk(buffer, from, limit, count - answered);
            from += ok * ReplyParser.OK_LENGTH;
            answered += ok;
            if (answered == count) {
                break;
            }
            int end = parser.skip(buffer, from, limit);
            if (end < 0) {
                return false;
            }
            if (ReplyParser.isError(buffer, from)) {
                String error = ReplyParser.text(buffer, from, end);
                listener.refused(batch, commandBase + answered, error);
            }
            from = end;
            answered++;
        }
        return true;
    }

    /// The answers to WATCH and to the guard's own command.
    private boolean guard(Batch batch) {
        if (answered == 0) {
            if (!status(batch)) {
                return false;
            }
            answered = 1;
        }
        int end = parser.skip(buffer, from, limit);
        if (end < 0) {
            return false;
        }
        if (ReplyParser.isError(buffer, from)) {
            String error = ReplyParser.text(buffer, from, end);
            fail(new LaneFault(LaneFault.kindOf(error), batch, -1, error));
            return false;
        }
        if (batch.guardLength > 0 && !opensGuard(batch, end)) {
            return false;
        }
        from = end;
        answered = 0;
        return true;
    }

    /// A guard that asks first: the answer is the checkpoint itself.
    private boolean opensGuard(Batch batch, int end) {
        int start = end - 2 - Checkpoint.LENGTH;
        boolean same =
                start > from
                        && Arrays.equals(
                                buffer, start, end - 2, batch.expected, 0, Checkpoint.LENGTH);
        if (!same) {
            String reason = "the checkpoint is not the one this batch follows";
            fail(new LaneFault(LaneFault.Kind.CHAIN_BROKEN, batch, -1, reason));
            return false;
        }
        synchronized (state) {
            guardOpen = true;
            state.notifyAll();
        }
        return true;
    }

    /// One reply that must be no error.
    private boolean status(Batch batch) {
        int end = parser.skip(buffer, from, limit);
        if (end < 0) {
            return false;
        }
        if (ReplyParser.isError(buffer, from)) {
            String error = ReplyParser.text(buffer, from, end);
            fail(new LaneFault(LaneFault.kindOf(error), batch, -1, error));
            return false;
        }
        from = end;
        return true;
    }

    private static String words(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
