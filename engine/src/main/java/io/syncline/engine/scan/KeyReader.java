package io.syncline.engine.scan;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ReplyReader;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.resp.ScanPage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One connection to a source that asks for keys and values, many at a time.
final class KeyReader implements Closeable {
    /// A SCAN of so many takes the source a fraction of a millisecond.
    private static final String SCAN_COUNT = "512";

    /// A payload can be as long as a value, which `proto-max-bulk-len` bounds for strings only.
    private static final int LONGEST_PAYLOAD = 1 << 30;

    /// Values asked for in one round trip: the source holds their answers in memory meanwhile.
    private static final int MOST_AT_ONCE = 256;

    /// Larger values are asked for in smaller numbers.
    private static final long BYTES_AT_ONCE = 4 << 20;

    private final Connection connection;
    private final ReplyReader replies;
    private final ServerInfo info;
    private final boolean absolute;
    private final ByteBuilder wire = new ByteBuilder(16 << 10);
    private int selected;
    private int atOnce = MOST_AT_ONCE;

    /// Hears what became of each key that was asked for; of one that another node owns, nothing.
    interface Sink {
        /// The key has this value.
        ///
        /// @param expireAtMillis -1 for never
        void value(ScannedKey key, long expireAtMillis, byte[] payload) throws IOException;

        void gone(ScannedKey key) throws IOException;
    }

    KeyReader(Connection connection) throws IOException {
        this.connection = connection;
        this.replies = new ReplyReader(connection.input(), LONGEST_PAYLOAD);
        this.info = ServerInfo.read(connection);
        this.absolute = info.isValkey() || info.major() >= 7;
    }

    ServerInfo info() {
        return info;
    }

    Connection connection() {
        return connection;
    }

    /// Whether an expiry is told as a point in time, and not as a rest of time.
    boolean tellsExpiriesExactly() {
        return absolute;
    }

    /// INFO as it is now.
    ServerInfo ask() throws IOException {
        return ServerInfo.read(connection);
    }

    ScanPage scan(int database, String cursor) throws IOException {
        wire.clear();
        int extra = select(database) ? 1 : 0;
        RespWriter.command(wire, "SCAN", cursor, "COUNT", SCAN_COUNT);
        connection.send(wire);
        if (extra > 0) {
            expect("SELECT", read());
        }
        return ScanPage.of(expect("SCAN", read()));
    }

    /// Tells a sink the values that these keys have now.
    void values(List<ScannedKey> keys, Sink sink) throws IOException {
        for (int from = 0; from < keys.size(); ) {
            int until = Math.min(keys.size(), from + atOnce);
            long bytes = some(keys.subList(from, until), sink);
            from = until;
            if (bytes > BYTES_AT_ONCE) {
                atOnce = Math.max(1, atOnce / 2);
            } else if (bytes < BYTES_AT_ONCE / 4) {
                atOnce = Math.min(MOST_AT_ONCE, atOnce * 2);
            }
        }
    }

    private long some(List<ScannedKey> keys, Sink sink) throws IOException {
        wire.clear();
        if (!absolute) {
            RespWriter.command(wire, "TIME");
        }
        boolean[] selects = new boolean[keys.size()];
        for (int i = 0; i < keys.size(); i++) {
            ScannedKey key = keys.get(i);
            selects[i] = select(key.database());
            RespWriter.array(wire, 2);
            RespWriter.bulk(wire, "DUMP");
            RespWriter.bulk(wire, key.name());
            RespWriter.array(wire, 2);
            RespWriter.bulk(wire, absolute ? "PEXPIRETIME" : "PTTL");
            RespWriter.bulk(wire, key.name());
        }
        connection.send(wire);
        long now = absolute ? 0 : time(read());
        long bytes = 0;
        for (int i = 0; i < keys.size(); i++) {
            if (selects[i]) {
                expect("SELECT", read());
            }
            Reply dump = read();
            Reply expiry = read();
            bytes += one(keys.get(i), dump, expiry, now, sink);
        }
        return bytes;
    }

    private long one(ScannedKey key, Reply dump, Reply expiry, long now, Sink sink)
            throws IOException {
        if (isElsewhere(dump) || isElsewhere(expiry)) {
            return 0;
        }
        expect("DUMP", dump);
        expect(absolute ? "PEXPIRETIME" : "PTTL", expiry);
        if (!(expiry instanceof Reply.Whole millis)) {
            throw new IOException("PTTL is answered with " + expiry);
        }
        // -1: never; -2: no such key, which may have come between the two questions.
        if (dump instanceof Reply.Bulk payload && millis.value() != -2) {
            long at = millis.value() < 0 ? -1 : now + millis.value();
            sink.value(key, at, payload.bytes());
            return payload.bytes().length;
        }
        sink.gone(key);
        return 0;
    }

    /// Which of these keys the source does not have; one that another node owns is none.
    List<ScannedKey> absent(List<ScannedKey> keys) throws IOException {
        List<ScannedKey> absent = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += MOST_AT_ONCE) {
            List<ScannedKey> some = keys.subList(from, Math.min(keys.size(), from + MOST_AT_ONCE));
            wire.clear();
            boolean[] selects = new boolean[some.size()];
            for (int i = 0; i < some.size(); i++) {
                selects[i] = select(some.get(i).database());
                RespWriter.array(wire, 2);
                RespWriter.bulk(wire, "EXISTS");
                RespWriter.bulk(wire, some.get(i).name());
            }
            connection.send(wire);
            for (int i = 0; i < some.size(); i++) {
                if (selects[i]) {
                    expect("SELECT", read());
                }
                Reply reply = read();
                if (!isElsewhere(reply)
                        && expect("EXISTS", reply) instanceof Reply.Whole count
                        && count.value() == 0) {
                    absent.add(some.get(i));
                }
            }
        }
        return absent;
    }

    /// The code of every function library; none where there are no functions or no right to see
    /// them.
    List<byte[]> functions() throws IOException {
        List<byte[]> found = new ArrayList<>();
        if (!(connection.call("FUNCTION", "LIST", "WITHCODE") instanceof Reply.Items libraries)) {
            return found;
        }
        for (Reply library : libraries.items()) {
            if (!(library instanceof Reply.Items fields)) {
                continue;
            }
            for (int i = 0; i + 1 < fields.items().size(); i += 2) {
                if (fields.items().get(i) instanceof Reply.Bulk name
                        && name.utf8().equals("library_code")
                        && fields.items().get(i + 1) instanceof Reply.Bulk code) {
                    found.add(code.bytes());
                }
            }
        }
        return found;
    }

    /// Puts a SELECT before what follows, if it needs one.
    private boolean select(int database) {
        if (database == selected) {
            return false;
        }
        RespWriter.command(wire, "SELECT", Integer.toString(database));
        selected = database;
        return true;
    }

    private Reply read() throws IOException {
        try {
            return replies.read();
        } catch (RespFormatException e) {
            throw new IOException("it does not speak the Redis protocol: " + e.getMessage(), e);
        }
    }

    private static long time(Reply reply) {
        if (reply instanceof Reply.Items items
                && items.items().size() == 2
                && items.items().get(0) instanceof Reply.Bulk seconds
                && items.items().get(1) instanceof Reply.Bulk micros) {
            return Long.parseLong(seconds.utf8()) * 1000 + Long.parseLong(micros.utf8()) / 1000;
        }
        // Where TIME is not allowed, our own clock must do.
        return System.currentTimeMillis();
    }

    private static boolean isElsewhere(Reply reply) {
        return reply instanceof Reply.Failure failure
                && (failure.kind() == ErrorKind.MOVED || failure.kind() == ErrorKind.ASK);
    }

    /// @throws IOException for what passes by itself
    /// @throws SynclineException for what does not
    private Reply expect(String command, Reply reply) throws IOException {
        if (reply instanceof Reply.Failure failure) {
            switch (failure.kind()) {
                case NOPERM, NOAUTH, UNKNOWN_COMMAND ->
                        throw new SynclineException(
                                ErrorCode.NOT_PERMITTED,
                                connection.address().toString(),
                                "the source refuses " + command + ": " + failure.text(),
                                "Allow the account +scan +dump +pttl +pexpiretime +exists +select"
                                        + " +info on all keys");
                default ->
                        throw new IOException(
                                "the source answers " + command + " with '" + failure.text() + "'");
            }
        }
        return reply;
    }

    @Override
    public void close() {
        connection.close();
    }
}
