package io.syncline.bench;

import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes many commands to a site as fast as it takes them, and waits for all replies.
final class Writer implements AutoCloseable {
    private final Site site;
    private final List<Pen> pens = new ArrayList<>();

    Writer(Site site) {
        this.site = site;
        site.servers().forEach(server -> pens.add(new Pen(server)));
    }

    /// SETs of values of that many bytes; each key of `keys` in turn, in a scattered order.
    static void writeStrings(Site site, int commands, int keys, int valueBytes) {
        writeStrings(site, "key:", commands, keys, valueBytes);
    }

    /// The same, on keys that begin so.
    static void writeStrings(Site site, String prefix, int commands, int keys, int valueBytes) {
        try (Writer writer = new Writer(site)) {
            for (int i = 0; i < commands; i++) {
                // 7919 is prime and so visits every key before it repeats one.
                String key = prefix + (int) ((long) i * 7919 % keys);
                writer.write(key, "SET", key, value(i, valueBytes));
            }
            writer.finish();
        }
    }

    /// Text of that length which no compression and no integer encoding shortens.
    static String value(int seed, int bytes) {
        StringBuilder text = new StringBuilder(bytes + 20);
        long bits = seed;
        while (text.length() < bytes) {
            bits = bits * 6364136223846793005L + 1442695040888963407L;
            text.append(Long.toString(bits >>> 1, 36));
        }
        text.setLength(bytes);
        return text.toString();
    }

    /// Words are ASCII; the key says which shard takes the command.
    void write(String key, String... words) {
        pens.get(site.shardOf(key)).write(words);
    }

    /// Waits until everything is answered, and well.
    void finish() {
        pens.forEach(Pen::finish);
    }

    @Override
    public void close() {
        pens.forEach(Pen::close);
    }

    /// One connection; replies are awaited when a window of commands has been sent.
    private static final class Pen implements AutoCloseable {
        /// Hides the round trip and keeps the server's output buffer small.
        private static final int WINDOW = 2_000;

        /// A server silent for so long hangs.
        private static final int SILENCE_MILLIS = 30_000;

        private final RedisServer server;
        private final Socket socket;
        private final OutputStream out;
        private final InputStream in;
        private byte[] buffer = new byte[1 << 16];
        private final byte[] replies = new byte[1 << 16];
        private int length;
        private int unanswered;
        private int sent;
        private boolean lineBegins = true;

        Pen(RedisServer server) {
            this.server = server;
            try {
                socket = new Socket(server.host(), server.port());
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(SILENCE_MILLIS);
                out = socket.getOutputStream();
                in = socket.getInputStream();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot connect to " + server, e);
            }
        }

        void write(String... words) {
            head('*', words.length);
            for (String word : words) {
                head('$', word.length());
                ensure(word.length() + 2);
                length += copy(word, buffer, length);
                buffer[length++] = '\r';
                buffer[length++] = '\n';
            }
            sent++;
            if (sent == WINDOW) {
                flush();
            }
        }

        @SuppressWarnings("deprecation") // the one copy of ASCII that makes no object
        private static int copy(String word, byte[] into, int at) {
            word.getBytes(0, word.length(), into, at);
            return word.length();
        }

        private void head(char kind, int number) {
            ensure(16);
            buffer[length++] = (byte) kind;
            if (number < 10) {
                buffer[length++] = (byte) ('0' + number);
            } else {
                String digits = Integer.toString(number);
                length += copy(digits, buffer, length);
            }
            buffer[length++] = '\r';
            buffer[length++] = '\n';
        }

        private void ensure(int more) {
            if (length + more > buffer.length) {
                int larger = Math.max(length + more, buffer.length * 2);
                buffer = Arrays.copyOf(buffer, larger);
            }
        }

        /// Sends a window and reads the replies of the one before, so that both sides work.
        private void flush() {
            try {
                out.write(buffer, 0, length);
                length = 0;
                unanswered += sent;
                await(sent);
                sent = 0;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write to " + server, e);
            }
        }

        void finish() {
            flush();
            flush();
        }

        /// Reads until at most so many are unanswered. A reply is `+OK` or an integer: one line.
        private void await(int remaining) throws IOException {
            while (unanswered > remaining) {
                int read = in.read(replies);
                if (read < 0) {
                    throw new IOException(server + " closed the connection");
                }
                for (int i = 0; i < read; i++) {
                    if (lineBegins && replies[i] == '-') {
                        String line = new String(replies, i, read - i, StandardCharsets.US_ASCII);
                        throw new IOException(server + " refused: " + line);
                    }
                    lineBegins = replies[i] == '\n';
                    unanswered -= lineBegins ? 1 : 0;
                }
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close the connection to " + server, e);
            }
        }
    }
}
