package io.syncline.engine.resp;

/// Reads commands in place, one at a time, from bytes that arrive in pieces.
///
/// A caller hands over the bytes that it has, beginning at the command's first byte. When the
/// command is not whole yet, the parser remembers how far it came, counted from that first byte:
/// the caller appends bytes, or moves everything to a larger array, and calls again; nothing is
/// read twice. [#neededBytes()] tells a lower bound of the command's length, so that the caller can
/// gather a big command without asking for each piece.
///
/// Every byte is checked: malformed input ends in [RespFormatException] and never in memory that
/// the bytes do not pay for (argument arrays grow as arguments arrive). After an exception the
/// stream has no known boundary any more; [#reset()] makes the parser usable for another stream.
///
/// Format as in networking.c of Redis 2.8 to 8 (`processMultibulkBuffer`, `processInlineBuffer`):
/// arrays of bulk strings, lines of words, empty lines as keep-alives.
public final class CommandParser {
    /// Servers since 7.0 accept as many arguments as an int counts, before 1,048,576. Views of more
    /// than 16 Mi arguments would cost more memory than a batch may have.
    public static final int ARGUMENT_COUNT_LIMIT = 1 << 24;

    /// A command must fit a Java array together with its header.
    public static final int TOTAL_LENGTH_LIMIT = Integer.MAX_VALUE - 1024;

    /// The longest value; `proto-max-bulk-len` is 512 MiB by default but may be raised.
    public static final int BULK_LENGTH_LIMIT = TOTAL_LENGTH_LIMIT - 1024;

    /// `PROTO_INLINE_MAX_SIZE` of Redis.
    public static final int INLINE_LENGTH_LIMIT = 64 * 1024;

    /// `$0\r\n\r\n`, the least that a further argument takes.
    private static final int LEAST_ARGUMENT = 6;

    /// Ten digits hold every length that the limits allow.
    private static final int DIGIT_LIMIT = 10;

    private static final int UNKNOWN = -1;

    /// Counted from the command's first byte, as is everything that outlives a call.
    private int position;

    private int from;
    private int declared = UNKNOWN;
    private int index;
    private int bulkLength = UNKNOWN;
    private int neededBytes = 1;

    /// Where the number read last ended, behind its line end.
    private int next;

    /// Reads the command whose first byte is `buffer[from]`.
    ///
    /// A repeated call for the same command must present the same bytes again, in the same or in
    /// another array, with the same view.
    ///
    /// @param limit index behind the last byte that has arrived
    /// @return whether the command is whole; then `view` describes it
    public boolean parse(byte[] buffer, int from, int limit, CommandView view) {
        if (position != 0) {
            if (from != this.from) {
                view.shift(index, from - this.from);
                this.from = from;
            }
        } else {
            this.from = from;
            if (limit - from < 4) {
                if (limit == from) {
                    neededBytes = 1;
                    return false;
                }
                if (buffer[from] == '*') {
                    neededBytes = 4;
                    return false;
                }
            }
            if (buffer[from] != '*') {
                return line(buffer, limit, view);
            }
        }
        int at = from + position;
        int count = declared;
        if (count < 0) {
            count = number(buffer, at + 1, limit, "argument count", ARGUMENT_COUNT_LIMIT);
            if (next == UNKNOWN) {
                neededBytes = Math.max(4, limit - from + 1);
                return false;
            }
            at = next;
            declared = count;
        }
        return arguments(buffer, at, limit, view, count);
    }

    private boolean arguments(byte[] buffer, int at, int limit, CommandView view, int count) {
        int[] offsets = view.offsets;
        int[] lengths = view.lengths;
        int length = bulkLength;
        int i = index;
        while (i < count) {
            if (length < 0) {
                if (limit - at < 4) {
                    return suspend(at, i, UNKNOWN, at + LEAST_ARGUMENT);
                }
                if (buffer[at] != '$') {
                    throw malformed(at, "start of an argument", buffer[at], "'$'");
                }
                int digit = buffer[at + 1] - '0';
                if (digit >= 0 && digit <= 9 && buffer[at + 2] == '\r' && buffer[at + 3] == '\n') {
                    length = digit;
                    at += 4;
                } else {
                    length = number(buffer, at + 1, limit, "argument length", BULK_LENGTH_LIMIT);
                    if (next == UNKNOWN) {
                        return suspend(at, i, UNKNOWN, Math.max(limit + 1, at + LEAST_ARGUMENT));
                    }
                    at = next;
                }
            }
            if (limit - at - 2 < length) {
                return suspend(at, i, length, at + (long) length + 2);
            }
            if (i == offsets.length) {
                view.room(i);
                offsets = view.offsets;
                lengths = view.lengths;
            }
            offsets[i] = at;
            lengths[i] = length;
            i++;
            at += length;
            if (buffer[at] != '\r' || buffer[at + 1] != '\n') {
                throw malformed(at, "end of an argument", buffer[at], "CR LF");
            }
            at += 2;
            length = UNKNOWN;
        }
        complete(buffer, at, view, count);
        view.inline = false;
        return true;
    }

    private void complete(byte[] buffer, int end, CommandView view, int count) {
        view.buffer = buffer;
        view.start = from;
        view.end = end;
        view.argumentCount = count;
        reset();
    }

    /// Bytes from the command's start that the next call needs at least. Only ever grows while a
    /// command arrives, and is greater than what the last call had.
    public int neededBytes() {
        return neededBytes;
    }

    /// Forgets a command that arrived in part.
    public void reset() {
        position = 0;
        declared = UNKNOWN;
        index = 0;
        bulkLength = UNKNOWN;
        neededBytes = 1;
    }

    /// @param leastEnd where the argument that is not whole ends at the earliest
    private boolean suspend(int at, int arguments, int length, long leastEnd) {
        position = at - from;
        index = arguments;
        bulkLength = length;
        long needed = leastEnd - from + (declared - arguments - 1L) * LEAST_ARGUMENT;
        if (needed > TOTAL_LENGTH_LIMIT) {
            throw new RespFormatException(
                    position, "command length", needed + " or more", "<= " + TOTAL_LENGTH_LIMIT);
        }
        neededBytes = (int) needed;
        return false;
    }

    /// Reads digits and CR LF; `next` is then behind them, or UNKNOWN when they are not whole.
    private int number(byte[] buffer, int first, int limit, String what, int most) {
        int end = Math.min(limit, first + DIGIT_LIMIT + 1);
        long value = 0;
        int at = first;
        while (at < end) {
            int digit = buffer[at] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value * 10 + digit;
            at++;
        }
        if (value > most || at - first > DIGIT_LIMIT) {
            throw new RespFormatException(first - from, what, value + "", "<= " + most);
        }
        if (at == limit) {
            next = UNKNOWN;
            return 0;
        }
        if (at == first || buffer[at] != '\r') {
            throw malformed(at, what, buffer[at], at == first ? "a digit" : "a digit or CR LF");
        }
        if (at + 1 == limit) {
            next = UNKNOWN;
            return 0;
        }
        if (buffer[at + 1] != '\n') {
            throw malformed(at + 1, "end of the " + what, buffer[at + 1], "LF");
        }
        next = at + 2;
        return (int) value;
    }

    /// An inline command: words up to a line end. Quotes are not known here, since no server writes
    /// them into its stream.
    private boolean line(byte[] buffer, int limit, CommandView view) {
        int at = from + position;
        while (at < limit && buffer[at] != '\n') {
            at++;
        }
        if (at - from > INLINE_LENGTH_LIMIT) {
            throw new RespFormatException(
                    0, "inline command length", at - from + "", "<= " + INLINE_LENGTH_LIMIT);
        }
        if (at == limit) {
            neededBytes = at - from + 1;
            return false;
        }
        int end = at > from && buffer[at - 1] == '\r' ? at - 1 : at;
        int count = 0;
        int word = from;
        for (int i = from; i <= end; i++) {
            if (i == end || buffer[i] == ' ') {
                if (i > word) {
                    view.room(count);
                    view.offsets[count] = word;
                    view.lengths[count] = i - word;
                    count++;
                }
                word = i + 1;
            } else if (buffer[i] < ' ') {
                throw malformed(i, "inline command", buffer[i], "printable text");
            }
        }
        complete(buffer, at + 1, view, count);
        view.inline = true;
        return true;
    }

    private RespFormatException malformed(int at, String what, byte value, String rule) {
        return new RespFormatException(at - from, what, RespFormatException.show(value), rule);
    }
}
