package io.syncline.engine.resp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads replies from a blocking stream, one at a time, and not a byte further, so that the same
/// stream can become a replication stream afterwards. Hand it a buffered stream.
public final class ReplyReader {
    /// Values read here are INFO texts and topologies, unless another limit is given.
    public static final int BULK_LENGTH_LIMIT = 64 << 20;

    /// COMMAND of a server with modules has some thousand elements.
    public static final int ITEM_COUNT_LIMIT = 1 << 20;

    /// COMMAND nests five deep; a limit keeps a hostile peer from ending our stack.
    public static final int DEPTH_LIMIT = 16;

    private static final String KINDS = "+-:$*";

    private static final int LINE_LENGTH_LIMIT = ReplyParser.LINE_LENGTH_LIMIT;

    /// A status that most answers are.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Status(byte[] bytes, Reply.Text reply) {
        static Status of(String text) {
            return new Status(text.getBytes(StandardCharsets.US_ASCII), new Reply.Text(text));
        }
    }

    private static final List<Status> USUAL = List.of(Status.of("QUEUED"), Status.of("OK"));

    private static final int FIRST_CAPACITY = 64;

    private final InputStream input;
    private final int bulkLimit;

    /// Bytes of this reply read so far: the place that an error names.
    private int position;

    private byte[] line = new byte[FIRST_CAPACITY];

    public ReplyReader(InputStream input) {
        this(input, BULK_LENGTH_LIMIT);
    }

    /// A reader of replies that hold users' values.
    ///
    /// @param bulkLimit the longest value that is taken
    public ReplyReader(InputStream input, int bulkLimit) {
        this.input = input;
        this.bulkLimit = bulkLimit;
    }

    /// Blocks until a reply is whole.
    ///
    /// @throws EOFException when the peer closes first
    /// @throws RespFormatException when the bytes are no reply or exceed a limit
    public Reply read() throws IOException {
        position = 0;
        return read(0);
    }

    private Reply read(int depth) throws IOException {
        int start = position;
        int kind = next();
        if (KINDS.indexOf(kind) < 0) {
            // At once: what speaks something else may never end the line.
            throw new RespFormatException(
                    start,
                    "kind of a reply",
                    RespFormatException.show((byte) kind),
                    "one of + - : $ *");
        }
        int length = line();
        return switch (kind) {
            case '+' -> status(length);
            case '-' -> new Reply.Failure(text(length));
            case ':' -> new Reply.Whole(number(start, length, Long.MIN_VALUE, Long.MAX_VALUE));
            case '$' -> bulk((int) number(start, length, -1, bulkLimit));
            case '*' -> items((int) number(start, length, -1, ITEM_COUNT_LIMIT), depth);
            default -> throw new IllegalStateException("kind " + kind);
        };
    }

    private Reply bulk(int length) throws IOException {
        if (length < 0) {
            return new Reply.Nil();
        }
        // Takes memory as bytes arrive, not as the length promises.
        byte[] bytes = input.readNBytes(length);
        position += bytes.length;
        if (bytes.length < length) {
            throw ended();
        }
        int at = position;
        if (next() != '\r' || next() != '\n') {
            throw new RespFormatException(at, "end of a bulk string", "missing", "CR LF");
        }
        return new Reply.Bulk(bytes);
    }

    private Reply items(int count, int depth) throws IOException {
        if (count < 0) {
            return new Reply.Nil();
        }
        if (depth == DEPTH_LIMIT) {
            throw new RespFormatException(
                    position, "depth of a reply", depth + 1 + "", "<= " + DEPTH_LIMIT);
        }
        List<Reply> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(read(depth + 1));
        }
        return new Reply.Items(items);
    }

    /// Reads up to the line's end.
    ///
    /// @return the length of what stands in `line`
    private int line() throws IOException {
        int length = 0;
        for (int value = next(); value != '\r'; value = next()) {
            if (length == LINE_LENGTH_LIMIT) {
                throw new RespFormatException(
                        position,
                        "length of a line",
                        "more than " + LINE_LENGTH_LIMIT,
                        "<= " + LINE_LENGTH_LIMIT);
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = (byte) value;
        }
        int end = next();
        if (end != '\n') {
            throw new RespFormatException(
                    position - 1, "end of a line", RespFormatException.show((byte) end), "LF");
        }
        return length;
    }

    private String text(int length) {
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }

    /// What thousands of answers in a row are takes no new object.
    private Reply.Text status(int length) {
        for (Status each : USUAL) {
            byte[] bytes = each.bytes;
            if (Arrays.equals(line, 0, length, bytes, 0, bytes.length)) {
                return each.reply;
            }
        }
        return new Reply.Text(text(length));
    }

    private long number(int start, int length, long least, long most) {
        String text = text(length);
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message that says the same for all.
        }
        throw new RespFormatException(
                start, "number", "\"" + text + "\"", "between " + least + " and " + most);
    }

    private int next() throws IOException {
        int value = input.read();
        if (value < 0) {
            throw ended();
        }
        position++;
        return value;
    }

    private EOFException ended() {
        return new EOFException(
                "the peer closed the connection after " + position + " bytes of a reply");
    }
}
