package io.syncline.bench;

import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLongArray;

/// Hears by keyspace events when probe keys arrive at a server.
///
/// Probes are hashes and only events of hashes are on, so that the steady SETs cost no event.
final class Probes implements AutoCloseable {
    static final String EVENTS = "notify-keyspace-events Kh";
    static final String PREFIX = "probe:";
    private static final byte[] MARK = PREFIX.getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final AtomicLongArray arrivedNanos;

    Probes(RedisServer server, int count) {
        arrivedNanos = new AtomicLongArray(count);
        try {
            socket = new Socket(server.host(), server.port());
            String subscribe = "PSUBSCRIBE __keyspace@0__:" + PREFIX + "*\r\n";
            socket.getOutputStream().write(subscribe.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen at " + server, e);
        }
        Thread.ofPlatform().daemon().name("probes at " + server).start(this::read);
    }

    /// 0 while it has not.
    long arrivedNanos(int probe) {
        return arrivedNanos.get(probe);
    }

    /// The number behind `probe:` in each channel; the pattern has none and so does not count.
    private void read() {
        byte[] buffer = new byte[1 << 14];
        int matched = 0;
        int digits = 0;
        int number = 0;
        try {
            InputStream in = socket.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                long nowNanos = System.nanoTime();
                for (int i = 0; i < read; i++) {
                    byte b = buffer[i];
                    if (matched == MARK.length && b >= '0' && b <= '9') {
                        number = number * 10 + (b - '0');
                        digits++;
                        continue;
                    }
                    if (digits > 0 && number < arrivedNanos.length()) {
                        arrivedNanos.compareAndSet(number, 0, nowNanos);
                    }
                    if (matched == MARK.length) {
                        matched = 0;
                    }
                    digits = 0;
                    number = 0;
                    matched = b == MARK[matched] ? matched + 1 : b == MARK[0] ? 1 : 0;
                }
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException("lost the connection that hears probes", e);
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a connection that hears probes", e);
        }
    }
}
