package io.syncline.bench;

import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/// Paced SETs in prebuilt pieces, and probes between them; light, since it shares the processors
/// with what it measures.
final class SteadyLoad implements AutoCloseable {
    private static final long TICK_NANOS = 1_000_000;
    private static final int TICKS_PER_PROBE = 4;

    /// Pieces are sent in turn, so that the keys change.
    private static final int PIECES = 1_000;

    private final Socket writes;
    private final Socket probes;
    private final byte[][] pieces = new byte[PIECES][];
    private final long[] sentNanos;

    /// @param perSecond SETs per second, a multiple of 1000
    SteadyLoad(RedisServer source, int perSecond, int probeCount) {
        int perTick = (int) ((long) perSecond * TICK_NANOS / 1_000_000_000L);
        for (int piece = 0; piece < PIECES; piece++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < perTick; i++) {
                int number = piece * perTick + i;
                String key = "key:" + number;
                String value = Writer.value(number, CatchUp.VALUE_BYTES);
                text.append("*3\r\n$3\r\nSET\r\n$").append(key.length()).append("\r\n").append(key);
                text.append("\r\n$").append(value.length()).append("\r\n").append(value);
                text.append("\r\n");
            }
            pieces[piece] = text.toString().getBytes(StandardCharsets.US_ASCII);
        }
        sentNanos = new long[probeCount];
        writes = connect(source);
        probes = connect(source);
    }

    static double seconds(int probes) {
        return (double) probes * TICKS_PER_PROBE * TICK_NANOS / 1e9;
    }

    /// Sends all probes and the writes between them; returns the seconds that took.
    double run() {
        long startNanos = System.nanoTime();
        try {
            OutputStream out = writes.getOutputStream();
            OutputStream probeOut = probes.getOutputStream();
            for (int tick = 0; tick < sentNanos.length * TICKS_PER_PROBE; tick++) {
                long dueNanos = startNanos + (long) tick * TICK_NANOS;
                for (long wait = dueNanos - System.nanoTime();
                        wait > 0;
                        wait = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                out.write(pieces[tick % PIECES]);
                if (tick % TICKS_PER_PROBE == 0) {
                    int probe = tick / TICKS_PER_PROBE;
                    String command = "HSET " + Probes.PREFIX + probe + " f 1\r\n";
                    byte[] bytes = command.getBytes(StandardCharsets.US_ASCII);
                    sentNanos[probe] = System.nanoTime();
                    probeOut.write(bytes);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the steady load", e);
        }
        return (System.nanoTime() - startNanos) / 1e9;
    }

    long sentNanos(int probe) {
        return sentNanos[probe];
    }

    private static Socket connect(RedisServer source) {
        try {
            Socket socket = new Socket(source.host(), source.port());
            socket.setTcpNoDelay(true);
            Thread.ofPlatform().daemon().start(() -> dropReplies(socket));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + source, e);
        }
    }

    private static void dropReplies(Socket socket) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = socket.getInputStream();
            while (in.read(buffer) >= 0) {
                if (buffer[0] == '-') {
                    throw new IOException("the source refuses the steady load");
                }
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException("lost the connection of the steady load", e);
            }
        }
    }

    @Override
    public void close() {
        try {
            writes.close();
            probes.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the connections of the load", e);
        }
    }
}
