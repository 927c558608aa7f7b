package io.syncline.engine.scan;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.resp.RespWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Keys that the source says have changed. Each waits once, however often it changed: what counts
/// is the value when it is read.
///
/// A thread of its own reads them, since a source drops a subscriber that does not.
final class KeyspaceNotices implements Closeable {
    /// Beyond that a comparison of everything is cheaper, and memory is bounded: about 200 bytes
    /// each.
    static final int MOST_WAITING = 500_000;

    /// Both kinds: `__keyspace@0__:name` and `__keyevent@0__:set`.
    private static final String PATTERN = "__key*@*__:*";

    private static final String BY_KEY = "__keyspace@";
    private static final String BY_EVENT = "__keyevent@";
    private static final String BEHIND_DATABASE = "__:";

    /// A source whose subscription is silent for longer than three of our pings is gone.
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Connection connection;
    private final IntPredicate databases;
    private final Set<ScannedKey> waiting = new LinkedHashSet<>();
    private boolean lost;
    private long pongs;
    private long pings;

    private KeyspaceNotices(Connection connection, IntPredicate databases) {
        this.connection = connection;
        this.databases = databases;
    }

    /// Subscribes.
    ///
    /// @throws IOException when the source does not let us, or is away
    static KeyspaceNotices open(Connection connection, IntPredicate databases) throws IOException {
        Reply reply = connection.call("PSUBSCRIBE", PATTERN);
        if (reply instanceof Reply.Failure failure) {
            connection.close();
            throw new IOException("the source refuses PSUBSCRIBE: " + failure.text());
        }
        connection.answerLimit(SILENCE);
        KeyspaceNotices notices = new KeyspaceNotices(connection, databases);
        Thread reader = new Thread(notices::run, "notices " + connection.address());
        reader.setDaemon(true);
        reader.start();
        return notices;
    }

    private void run() {
        try {
            while (true) {
                take(connection.replies().read());
            }
        } catch (IOException | RespFormatException e) {
            System.getLogger(KeyspaceNotices.class.getName())
                    .log(System.Logger.Level.DEBUG, "the subscription ended", e);
            synchronized (this) {
                lost = true;
                notifyAll();
            }
        }
    }

    private void take(Reply reply) {
        if (!(reply instanceof Reply.Items items)) {
            return;
        }
        List<Reply> parts = items.items();
        if (parts.size() == 4
                && parts.get(2) instanceof Reply.Bulk channel
                && parts.get(3) instanceof Reply.Bulk message) {
            ScannedKey key = key(channel.bytes(), message.bytes());
            if (key != null && databases.test(key.database())) {
                add(key);
            }
        } else if (parts.size() == 2) {
            synchronized (this) {
                pongs++;
                notifyAll();
            }
        }
    }

    private static @Nullable ScannedKey key(byte[] channel, byte[] message) {
        String name = new String(channel, StandardCharsets.ISO_8859_1);
        boolean byKey = name.startsWith(BY_KEY);
        if (!byKey && !name.startsWith(BY_EVENT)) {
            return null;
        }
        int from = BY_KEY.length();
        int until = name.indexOf(BEHIND_DATABASE, from);
        if (until < 0 || !name.substring(from, until).matches("[0-9]{1,9}")) {
            return null;
        }
        int database = Integer.parseInt(name.substring(from, until));
        String key = name.substring(until + BEHIND_DATABASE.length());
        return new ScannedKey(
                database, byKey ? key.getBytes(StandardCharsets.ISO_8859_1) : message);
    }

    private synchronized void add(ScannedKey key) {
        if (waiting.size() >= MOST_WAITING) {
            lost = true;
        } else {
            waiting.add(key);
        }
        notifyAll();
    }

    /// A key that is to be read again, for whatever reason.
    synchronized void again(ScannedKey key) {
        waiting.add(key);
    }

    /// Takes the keys that wait longest.
    synchronized List<ScannedKey> take(int most) {
        List<ScannedKey> taken = new ArrayList<>();
        Iterator<ScannedKey> each = waiting.iterator();
        while (taken.size() < most && each.hasNext()) {
            taken.add(each.next());
            each.remove();
        }
        return taken;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /// Whether notices may be missing: the subscription broke, or too many waited.
    synchronized boolean isLost() {
        return lost;
    }

    /// Asks for a sign of life, and for [#hasPassed].
    ///
    /// @return what to ask [#hasPassed] for
    long ping() throws IOException {
        ByteBuilder wire = new ByteBuilder(32);
        RespWriter.command(wire, "PING");
        connection.send(wire);
        return ++pings;
    }

    /// Whether every notice of a change made before that ping is here: the source answers it behind
    /// them.
    synchronized boolean hasPassed(long ping) {
        return pongs >= ping;
    }

    /// Waits until something waits here, or a little while.
    synchronized void await(long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * NANOS_PER_MILLI;
        long left = millis;
        while (waiting.isEmpty() && !lost && left > 0) {
            wait(left);
            left = (until - System.nanoTime()) / NANOS_PER_MILLI;
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
