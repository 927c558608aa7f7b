package io.syncline.engine.target;

import io.syncline.engine.resp.ReplyParser;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the answers to batches, in order, without an object per answer: a state machine over a
/// buffer that may end anywhere.
final class Answers {
    /// No answer ends at the first byte.
    private static final int ALL_READ = 0;

    private static final int BUFFER_BYTES = 64 << 10;

    private final LaneListener listener;
    private final Runnable guardOpened;
    private final ReplyParser parser = new ReplyParser();

    private byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int limit;

    /// Where the reader stands in the answers to the present batch.
    private int unit;

    private Stage stage = Stage.BEGIN;
    private int answered;
    private int commandBase;
    private int refusedCommand = -1;
    private String refusal = "";
    private @Nullable LaneFault fault;
    private boolean discarded;

    /// What became of a batch so far.
    enum Outcome {
        /// More bytes are needed.
        PARTIAL,
        /// Answered; the listener has heard of what was not applied.
        WHOLE,
        /// The lane cannot go on; [#fault()] says why.
        FAILED
    }

    private enum Stage {
        BEGIN,
        GUARDED,
        QUEUEING,
        EXECUTED,
        RESULTS
    }

    /// @param guardOpened called when a guard that asks first may be passed
    Answers(LaneListener listener, Runnable guardOpened) {
        this.listener = listener;
        this.guardOpened = guardOpened;
    }

    boolean isEmpty() {
        return from == limit;
    }

    @Nullable LaneFault fault() {
        return fault;
    }

    /// Blocks for more bytes.
    ///
    /// @return false at the end of the stream
    boolean fill(InputStream input) throws IOException {
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
        int count = input.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, count);
        return count >= 0;
    }

    /// Reads on in the answers to a batch.
    Outcome read(Batch batch) {
        while (unit < batch.unitCount) {
            int due = batch.units[unit];
            int count = due & Batch.COUNT_MASK;
            boolean whole =
                    (due & Batch.PLAIN) != 0
                            ? plain(batch, count)
                            : transaction(batch, count, (due & Batch.GUARDED) != 0);
            if (!whole && !discarded) {
                return fault != null ? Outcome.FAILED : Outcome.PARTIAL;
            }
            discarded = false;
            unit++;
            commandBase += count;
            answered = 0;
            stage = Stage.BEGIN;
        }
        unit = 0;
        commandBase = 0;
        return Outcome.WHOLE;
    }

    private boolean fail(LaneFault why) {
        fault = why;
        return false;
    }

    /// The server discarded a whole unit.
    private boolean discard(Batch batch, LaneFault why, int end) {
        if (!listener.livesWith(why)) {
            return fail(why);
        }
        from = end;
        discarded = true;
        listener.discarded(batch, unit, why);
        return false;
    }

    /// Passes over answers that say OK, which most do.
    ///
    /// @return where the first other answer ends; negative when more bytes must come; [#ALL_READ]
    private int passOk(int count) {
        int ok = ReplyParser.countOk(buffer, from, limit, count - answered);
        from += ok * ReplyParser.OK_LENGTH;
        answered += ok;
        return answered == count ? ALL_READ : parser.skip(buffer, from, limit);
    }

    private boolean plain(Batch batch, int count) {
        for (int end = passOk(count); end != ALL_READ; end = passOk(count)) {
            if (end < 0) {
                return false;
            }
            if (ReplyParser.isError(buffer, from)) {
                String error = ReplyParser.text(buffer, from, end);
                int command = commandBase + answered;
                LaneFault why = new LaneFault(LaneFault.kindOf(error), batch, command, error);
                if (count == 1) {
                    return discard(batch, why, end);
                }
                if (!listener.livesWith(why)) {
                    return fail(why);
                }
                listener.refused(batch, command, error);
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
            LaneFault why = new LaneFault(LaneFault.kindOf(cause), batch, refusedCommand, cause);
            return discard(batch, why, end);
        }
        int next = parser.openArray(buffer, from, limit);
        if (next < 0) {
            return false;
        }
        int items = parser.itemCount();
        if (items < 0) {
            String reason = "another transaction came between";
            return fail(new LaneFault(LaneFault.Kind.CHAIN_BROKEN, batch, -1, reason));
        }
        if (items != count) {
            String reason = "EXEC answered " + items + " results for " + count + " commands";
            return fail(new LaneFault(LaneFault.Kind.PROTOCOL, batch, -1, reason));
        }
        from = next;
        return true;
    }

    private boolean results(Batch batch, int count) {
        for (int end = passOk(count); end != ALL_READ; end = passOk(count)) {
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
            return fail(new LaneFault(LaneFault.kindOf(error), batch, -1, error));
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
            return fail(new LaneFault(LaneFault.Kind.CHAIN_BROKEN, batch, -1, reason));
        }
        guardOpened.run();
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
            return fail(new LaneFault(LaneFault.kindOf(error), batch, -1, error));
        }
        from = end;
        return true;
    }
}
