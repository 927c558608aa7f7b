package io.syncline.server.demo;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A connection to one server: commands out, replies in, any number of commands under way. Not for
/// several threads.
final class RespClient implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2_000;

    /// The slowest command here makes half a million fields.
    private static final int ANSWER_MILLIS = 30_000;

    private static final int BUFFER_BYTES = 64 << 10;

    /// No reply here is larger; what claims to be is not from our server.
    private static final int MAX_LENGTH = 64 << 20;

    /// A reply of the server.
    sealed interface Reply {
        /// Text or bytes; the array belongs to the reader.
        final class Text implements Reply {
            private final byte[] bytes;

            Text(byte[] bytes) {
                this.bytes = bytes;
            }

            byte[] bytes() {
                return bytes;
            }

            @Override
            public String toString() {
                return new String(bytes, StandardCharsets.UTF_8);
            }
        }

        record Count(long value) implements Reply {
            @Override
            public String toString() {
                return Long.toString(value);
            }
        }

        record Items(List<Reply> items) implements Reply {
            @Override
            public String toString() {
                return items.toString();
            }
        }

        record Nil() implements Reply {}

        record Refusal(String text) implements Reply {}
    }

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;
    private int pending;

    RespClient(int port) throws IOException {
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        socket.setSoTimeout(ANSWER_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    }

    /// Sends one command and waits for its answer. A refusal is a bug of the demonstration.
    Reply call(String... arguments) throws IOException {
        send(arguments);
        flush();
        return expect();
    }

    /// Queues a command; after [#flush], each needs one [#expect], or one [#settle] for all.
    void send(String... arguments) throws IOException {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
        }
        send(bytes);
    }

    void send(byte[]... arguments) throws IOException {
        pending++;
        head('*', arguments.length);
        for (byte[] argument : arguments) {
            head('$', argument.length);
            out.write(argument);
            out.write('\r');
            out.write('\n');
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    /// Commands that are not answered yet.
    int pending() {
        return pending;
    }

    /// Waits for the answers to all that was sent.
    void settle() throws IOException {
        flush();
        while (pending > 0) {
            expect();
        }
    }

    private void head(char kind, int number) throws IOException {
        out.write((kind + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    Reply expect() throws IOException {
        Reply reply = read();
        pending--;
        if (reply instanceof Reply.Refusal(String text)) {
            throw new IOException("the server refused: " + text);
        }
        return reply;
    }

    private Reply read() throws IOException {
        int kind = in.read();
        String line = line();
        return switch (kind) {
            case '+' -> new Reply.Text(line.getBytes(StandardCharsets.UTF_8));
            case '-' -> new Reply.Refusal(line);
            case ':' -> new Reply.Count(Long.parseLong(line));
            case '$' -> bulk(length(line));
            case '*' -> items(length(line));
            case -1 -> throw new EOFException("the server closed the connection");
            default -> throw new IOException("a reply begins with byte " + kind);
        };
    }

    private Reply bulk(int length) throws IOException {
        if (length < 0) {
            return new Reply.Nil();
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || !line().isEmpty()) {
            throw new EOFException("a reply is cut short");
        }
        return new Reply.Text(bytes);
    }

    private Reply items(int count) throws IOException {
        if (count < 0) {
            return new Reply.Nil();
        }
        List<Reply> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(read());
        }
        return new Reply.Items(items);
    }

    private static int length(String line) throws IOException {
        int length = Integer.parseInt(line);
        if (length > MAX_LENGTH) {
            throw new IOException("a reply of " + length + " exceeds " + MAX_LENGTH);
        }
        return length;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int next;
        while ((next = in.read()) != '\r') {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) next);
        }
        in.read();
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
