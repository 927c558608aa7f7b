package io.syncline.engine.verify;

import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.ReplyParser;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/// Reads replies of users' data from a blocking stream. What is longer than a limit is not kept:
/// only its beginning, its length and its digest are, so that memory is bounded by the number of
/// values and not by their size.
final class AnswerReader {
    /// A short string needs no digest; a longer one is cut to a beginning of [#HEAD_BYTES].
    static final int HELD_BYTES = 64 << 10;

    /// For the reader of a report: what a long value begins with.
    private static final int HEAD_BYTES = 64;

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int DEPTH_LIMIT = 16;
    private static final String CLOSED = "the server closed the connection";
    private static final Answer[] NONE = {};
    private static final Answer[] WORDS =
            Stream.of("string", "hash", "list", "set", "zset", "stream", "none", "QUEUED", "OK")
                    .map(Answer.Word::new)
                    .toArray(Answer[]::new);
    private static final byte[][] KNOWN =
            Stream.of(WORDS)
                    .map(word -> NodeLink.bytes(Answer.text(word) + "\r\n"))
                    .toArray(byte[][]::new);
    private static final Answer.Bytes EMPTY = new Answer.Bytes(new byte[0], 0, Digest.Sum.ZERO);

    private final InputStream input;
    private final Digest digest;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private long taken;
    private int heldBytes = HELD_BYTES;

    AnswerReader(InputStream input, Digest digest) {
        this.input = input;
        this.digest = digest;
    }

    /// The longest bulk string that is kept whole from now on.
    void hold(int bytes) {
        heldBytes = bytes;
    }

    /// Bytes that came from the server so far.
    long taken() {
        return taken;
    }

    /// Blocks until a reply is whole.
    Answer read() throws IOException {
        return read(0);
    }

    /// How many bytes the next answer takes, when all of it fits into the buffer and no part of it
    /// is an error; else -1. Blocks until that is known, and takes nothing.
    int span() throws IOException {
        int walked = 0;
        for (long open = 1; open > 0; open--) {
            int line = lineEnd(walked);
            if (line < 0) {
                return -1;
            }
            int kind = buffer[at + walked];
            boolean counted = kind == '$' || kind == '*';
            int count = counted ? count(walked) : 0;
            if (count < 0 || !(counted || kind == ':' || kind == '+')) {
                return -1;
            }
            walked = line;
            if (kind == '*') {
                open += count;
            } else if (kind == '$') {
                walked += count + 2;
                if (walked > BUFFER_BYTES || !has(walked)) {
                    return -1;
                }
            }
        }
        return walked;
    }

    /// Whether the next answer is the same as another reader's.
    ///
    /// @param span of both
    boolean isSame(AnswerReader other, int span) {
        return Arrays.equals(buffer, at, at + span, other.buffer, other.at, other.at + span);
    }

    /// Whether the next answer, whose [#span] is known, begins so.
    boolean startsWith(byte[] bytes) {
        return at + bytes.length <= end
                && Arrays.equals(buffer, at, at + bytes.length, bytes, 0, bytes.length);
    }

    /// The bytes or elements of the next answer, whose [#span] is known.
    int count() {
        return count(0);
    }

    /// Leaves out the next answer.
    void skip(int span) {
        at += span;
    }

    /// The number behind the first character of a line that is in the buffer; -1 for what is none,
    /// which the slow way has words for.
    private int count(int walked) {
        long value = 0;
        for (int i = at + walked + 1; buffer[i] != '\r'; i++) {
            int digit = buffer[i] - '0';
            if (digit < 0 || digit > 9 || value > BUFFER_BYTES) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return (int) value;
    }

    /// @return the place behind a line, both counted from the next answer's beginning; -1 when it
    ///   does not fit
    private int lineEnd(int walked) throws IOException {
        int looked = walked + 1;
        while (has(looked + 1)) {
            if (buffer[at + looked - 1] == '\r') {
                return looked + 1;
            }
            looked++;
        }
        return -1;
    }

    /// Sees to it that so many bytes behind the last answer are in the buffer.
    ///
    /// @return false when they do not fit
    private boolean has(int bytes) throws IOException {
        if (bytes > BUFFER_BYTES) {
            return false;
        }
        while (end - at < bytes) {
            if (at + bytes > BUFFER_BYTES || at == end) {
                System.arraycopy(buffer, at, buffer, 0, end - at);
                end -= at;
                at = 0;
            }
            int count = input.read(buffer, end, BUFFER_BYTES - end);
            if (count < 0) {
                throw new EOFException(CLOSED);
            }
            end += count;
            taken += count;
        }
        return true;
    }

    private Answer read(int depth) throws IOException {
        int kind = next();
        return switch (kind) {
            case '+' -> word();
            case '-' -> new Answer.Failed(line());
            case ':' -> whole(number());
            case '$' -> bulk(length(CommandParser.BULK_LENGTH_LIMIT));
            case '*' -> items(length(ReplyParser.ITEM_COUNT_LIMIT), depth);
            default -> throw malformed("kind of a reply", kind, "one of + - : $ *");
        };
    }

    /// Most keys never expire.
    private static Answer whole(long value) {
        return value == Expiries.NEVER ? Answer.NEVER : new Answer.Whole(value);
    }

    /// Status lines come by the million and are few: names of types, mostly.
    private Answer word() throws IOException {
        fill();
        for (int i = 0; i < KNOWN.length; i++) {
            byte[] known = KNOWN[i];
            int after = at + known.length;
            if (after <= end && Arrays.equals(buffer, at, after, known, 0, known.length)) {
                at = after;
                return WORDS[i];
            }
        }
        return new Answer.Word(line());
    }

    private Answer items(int count, int depth) throws IOException {
        if (count <= 0) {
            return count < 0 ? Answer.Nil.NIL : new Answer.Items(NONE);
        }
        if (depth == DEPTH_LIMIT) {
            throw malformed("depth of a reply", depth + 1, "<= " + DEPTH_LIMIT);
        }
        // Memory is taken as elements arrive, not as a count promises.
        Answer[] items = new Answer[Math.min(count, 1024)];
        for (int i = 0; i < count; i++) {
            if (i == items.length) {
                items = Arrays.copyOf(items, Math.min(count, items.length * 2));
            }
            items[i] = read(depth + 1);
        }
        return new Answer.Items(items);
    }

    private Answer bulk(int length) throws IOException {
        if (length < 0) {
            return Answer.Nil.NIL;
        }
        Answer.Bytes bytes =
                length == 0 ? EMPTY : length <= heldBytes ? held(length) : digested(length);
        if (next() != '\r' || next() != '\n') {
            throw malformed("end of a bulk string", buffer[at - 1], "CR LF");
        }
        return bytes;
    }

    private Answer.Bytes held(int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, BUFFER_BYTES)];
        int got = 0;
        while (got < length) {
            if (got == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, bytes.length * 2L));
            }
            fill();
            int count = Math.min(bytes.length - got, end - at);
            System.arraycopy(buffer, at, bytes, got, count);
            got += count;
            at += count;
        }
        return new Answer.Bytes(bytes, length, Digest.Sum.ZERO);
    }

    private Answer.Bytes digested(int length) throws IOException {
        digest.start();
        byte[] head = new byte[Math.min(length, HEAD_BYTES)];
        int got = 0;
        while (got < length) {
            fill();
            int count = Math.min(length - got, end - at);
            if (got < head.length) {
                System.arraycopy(buffer, at, head, got, Math.min(count, head.length - got));
            }
            digest.add(buffer, at, count);
            got += count;
            at += count;
        }
        return new Answer.Bytes(head, length, digest.sum());
    }

    private int length(int most) throws IOException {
        long value = number();
        if (value < -1 || value > most) {
            throw malformed("a length", (int) value, "between -1 and " + most);
        }
        return (int) value;
    }

    private long number() throws IOException {
        int first = next();
        boolean negative = first == '-';
        long value = negative || first == '+' ? 0 : digit(first);
        for (int each = next(); each != '\r'; each = next()) {
            value = value * 10 + digit(each);
        }
        if (next() != '\n') {
            throw malformed("end of a number", buffer[at - 1], "LF");
        }
        return negative ? -value : value;
    }

    private static int digit(int character) throws IOException {
        if (character < '0' || character > '9') {
            throw malformed("a number", character, "digits");
        }
        return character - '0';
    }

    private String line() throws IOException {
        StringBuilder slow = new StringBuilder();
        while (true) {
            fill();
            for (int i = at; i < end; i++) {
                if (buffer[i] == '\r') {
                    slow.append(new String(buffer, at, i - at, StandardCharsets.UTF_8));
                    at = i + 1;
                    if (next() != '\n') {
                        throw malformed("end of a line", buffer[at - 1], "LF");
                    }
                    return slow.toString();
                }
            }
            slow.append(new String(buffer, at, end - at, StandardCharsets.UTF_8));
            at = end;
            if (slow.length() > ReplyParser.LINE_LENGTH_LIMIT) {
                throw malformed("length of a line", slow.length(), "shorter");
            }
        }
    }

    private int next() throws IOException {
        fill();
        return buffer[at++] & 0xff;
    }

    private void fill() throws IOException {
        if (at < end) {
            return;
        }
        int count = input.read(buffer);
        if (count < 0) {
            throw new EOFException(CLOSED);
        }
        at = 0;
        end = count;
        taken += count;
    }

    /// The connection is of no use after that; another one may be.
    private static IOException malformed(String what, int value, String rule) {
        return new IOException(
                "the answer is malformed: " + what + " is " + value + " but must be " + rule);
    }
}
