package io.syncline.engine.resp;

import java.nio.charset.StandardCharsets;

/// Walks over replies in a buffer without making objects: what a target lane does with the
/// thousands of `+QUEUED` and the result arrays of its transactions.
///
/// Replies arrive in pieces. [#skip] remembers how far it came in an unfinished reply, counted from
/// the reply's first byte, so that nothing is read twice even when the bytes move. Nested arrays
/// need no stack: an array only raises the number of replies that are still due.
///
/// Malformed bytes end in [RespFormatException]; the connection is of no use after that.
public final class ReplyParser {
    /// The most elements of one array: `EXEC` answers with one per command of a batch.
    public static final int ITEM_COUNT_LIMIT = CommandParser.ARGUMENT_COUNT_LIMIT;

    public static final int BULK_LENGTH_LIMIT = CommandParser.BULK_LENGTH_LIMIT;

    /// An error or status line; servers cut theirs far below.
    public static final int LINE_LENGTH_LIMIT = 64 * 1024;

    private static final byte[] QUEUED = "+QUEUED\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    /// Ten digits and a sign hold every number that a length may be.
    private static final int LENGTH_DIGIT_LIMIT = 11;

    private int position;
    private long due;
    private int itemCount;

    /// Skips the reply whose first byte is `buffer[from]`.
    ///
    /// @param limit index behind the last byte that has arrived
    /// @return the index behind the reply, or -1 when it is not whole yet: call again with the same
    ///   first byte and more bytes
    public int skip(byte[] buffer, int from, int limit) {
        int at = from + position;
        long rest = position == 0 ? 1 : due;
        while (rest > 0) {
            int next = at == limit ? -1 : one(buffer, at, limit, from);
            if (next < 0) {
                position = at - from;
                due = rest;
                return -1;
            }
            rest += itemCount - 1;
            at = next;
        }
        position = 0;
        return at;
    }

    /// Counts how many of the next replies are `+QUEUED`, at most `most`; each takes
    /// [#QUEUED_LENGTH] bytes. Stops before the first that is something else or not whole.
    public static int countQueued(byte[] buffer, int from, int limit, int most) {
        return countEqual(QUEUED, buffer, from, limit, most);
    }

    /// The bytes of one `+QUEUED` reply.
    public static final int QUEUED_LENGTH = 9;

    /// Counts how many of the next replies are `+OK`, at most `most`; each takes [#OK_LENGTH]
    /// bytes.
    public static int countOk(byte[] buffer, int from, int limit, int most) {
        return countEqual(OK, buffer, from, limit, most);
    }

    /// The bytes of one `+OK` reply.
    public static final int OK_LENGTH = 5;

    private static int countEqual(byte[] reply, byte[] buffer, int from, int limit, int most) {
        int length = reply.length;
        int at = from;
        int count = 0;
        while (count < most && limit - at >= length) {
            for (int i = 0; i < length; i++) {
                if (buffer[at + i] != reply[i]) {
                    return count;
                }
            }
            at += length;
            count++;
        }
        return count;
    }

    /// Enters an array: afterwards [#itemCount()] tells how many replies follow, and each can be
    /// skipped by itself.
    ///
    /// @return the index of the first element, or -1 when the header is not whole yet
    public int openArray(byte[] buffer, int from, int limit) {
        if (from == limit) {
            return -1;
        }
        if (buffer[from] != '*') {
            throw malformed(0, "start of an array", buffer[from], "'*'");
        }
        int next = line(buffer, from, limit, from);
        if (next < 0) {
            return -1;
        }
        itemCount = (int) number(buffer, from + 1, next - 2, from, ITEM_COUNT_LIMIT);
        return next;
    }

    /// The number of elements of the array opened last; -1 for the nil array, with which a server
    /// says that a watched key had changed.
    public int itemCount() {
        return itemCount;
    }

    /// Forgets a reply that arrived in part: for a new connection.
    public void reset() {
        position = 0;
        due = 0;
    }

    /// Whether the reply that begins here is an error.
    public static boolean isError(byte[] buffer, int from) {
        return buffer[from] == '-';
    }

    /// The text of a whole simple reply (`+`, `-`, `:`), without its kind and line end.
    public static String text(byte[] buffer, int from, int end) {
        return new String(buffer, from + 1, end - from - 3, StandardCharsets.UTF_8);
    }

    /// Skips one line or bulk string; for an array only its header, with `itemCount` set.
    private int one(byte[] buffer, int at, int limit, int from) {
        itemCount = 0;
        return switch (buffer[at]) {
            case '+', '-', ':' -> line(buffer, at, limit, from);
            case '$' -> bulk(buffer, at, limit, from);
            case '*' -> {
                int next = line(buffer, at, limit, from);
                if (next >= 0) {
                    int count = (int) number(buffer, at + 1, next - 2, from, ITEM_COUNT_LIMIT);
                    itemCount = Math.max(0, count);
                }
                yield next;
            }
            default ->
                    throw malformed(at - from, "kind of a reply", buffer[at], "one of + - : $ *");
        };
    }

    private static int bulk(byte[] buffer, int at, int limit, int from) {
        int next = line(buffer, at, limit, from);
        if (next < 0) {
            return -1;
        }
        long length = number(buffer, at + 1, next - 2, from, BULK_LENGTH_LIMIT);
        if (length < 0) {
            return next;
        }
        if (limit - next - 2L < length) {
            return -1;
        }
        int end = next + (int) length;
        if (buffer[end] != '\r' || buffer[end + 1] != '\n') {
            throw malformed(end - from, "end of a bulk string", buffer[end], "CR LF");
        }
        return end + 2;
    }

    /// @return the index behind the line that begins at `at`, or -1
    private static int line(byte[] buffer, int at, int limit, int from) {
        int end = (int) Math.min(limit, at + 1L + LINE_LENGTH_LIMIT);
        for (int i = at + 1; i < end; i++) {
            if (buffer[i] == '\r') {
                if (i + 1 == limit) {
                    return -1;
                }
                if (buffer[i + 1] != '\n') {
                    throw malformed(i + 1 - from, "end of a line", buffer[i + 1], "LF");
                }
                return i + 2;
            }
        }
        if (end < limit) {
            throw new RespFormatException(
                    at - from,
                    "length of a line",
                    "more than " + LINE_LENGTH_LIMIT,
                    "<= " + LINE_LENGTH_LIMIT);
        }
        return -1;
    }

    /// A length between -1 and `most`.
    private static long number(byte[] buffer, int first, int end, int from, int most) {
        boolean negative = first < end && buffer[first] == '-';
        long value = 0;
        int digits = negative ? first + 1 : first;
        for (int i = digits; i < end; i++) {
            int digit = buffer[i] - '0';
            if (digit < 0 || digit > 9) {
                throw malformed(i - from, "length", buffer[i], "a digit");
            }
            value = Math.min(value * 10 + digit, Integer.MAX_VALUE);
        }
        if (negative) {
            value = -value;
        }
        if (digits == end || end - first > LENGTH_DIGIT_LIMIT || value < -1 || value > most) {
            String text = new String(buffer, first, end - first, StandardCharsets.ISO_8859_1);
            throw new RespFormatException(
                    first - from, "length", "\"" + text + "\"", "between -1 and " + most);
        }
        return value;
    }

    private static RespFormatException malformed(
            int position, String what, byte value, String rule) {
        return new RespFormatException(position, what, RespFormatException.show(value), rule);
    }
}
