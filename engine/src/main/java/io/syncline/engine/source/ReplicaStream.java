package io.syncline.engine.source;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One connection on which a source sends us its replication stream: the handshake, then raw bytes.
///
/// We announce no listening port, so that neither Sentinel nor FAILOVER ever chooses us as a
/// primary, and of the capabilities only those we mean: `eof` (diskless transfer) and `psync2` (a
/// new replication id in `+CONTINUE`). Anything else would change the protocol (replication.c
/// `replconfCommand`, Redis 2.8 to 8, Valkey 7.2 to 9).
final class ReplicaStream implements Closeable {
    /// A status line or the announcement of a snapshot.
    private static final int LINE_LIMIT = 1024;

    static final int MARK_LENGTH = 40;

    private final Connection connection;
    private final Opening opening;
    private final ByteBuilder acknowledgement = new ByteBuilder(64);

    private ReplicaStream(Connection connection, Opening opening) {
        this.connection = connection;
        this.opening = opening;
    }

    /// How the source answered PSYNC.
    sealed interface Opening {
        /// The stream's id from now on.
        String replicationId();

        /// The bytes behind the position that was asked for follow.
        record Partial(String replicationId) implements Opening {}

        /// A snapshot follows, then the stream behind `offset`.
        ///
        /// @param length the snapshot's bytes, or -1 when it ends with `mark`
        /// @param mark the 40 bytes behind a diskless snapshot; empty otherwise
        @SuppressWarnings("ArrayRecordComponent") // compared nowhere; the bytes are what arrived
        record Full(String replicationId, long offset, long length, byte[] mark)
                implements Opening {}

        /// Nothing follows: the source is a promoted replica whose history left the one that was
        /// followed behind `offset`, before the position. It would send a snapshot.
        record Behind(String replicationId, long offset) implements Opening {}
    }

    /// Asks a source for its stream.
    ///
    /// @param from null for a snapshot
    /// @param version what to announce as our version; empty for none
    /// @param silence how long the source may say nothing at all
    /// @throws IOException when it is away or not ready: worth another try
    /// @throws SynclineException when it refuses for good
    static ReplicaStream open(
            Connection connection, @Nullable Position from, String version, Duration silence)
            throws IOException {
        Reply capabilities = connection.call("REPLCONF", "capa", "eof", "capa", "psync2");
        refuse(connection, "REPLCONF", capabilities);
        if (!version.isEmpty()) {
            refuse(connection, "REPLCONF", connection.call("REPLCONF", "version", version));
        }
        connection.answerLimit(silence);
        ByteBuilder command = new ByteBuilder(128);
        if (from == null) {
            RespWriter.command(command, "PSYNC", "?", "-1");
        } else {
            RespWriter.command(
                    command, "PSYNC", from.replicationId(), Long.toString(from.offset() + 1));
        }
        connection.send(command);
        return new ReplicaStream(connection, opening(connection, from));
    }

    /// Asks a promoted replica whether it has all that came from its former primary.
    ///
    /// @param again whether an earlier stream broke, whose reader knows what was in it; else it
    ///   counts what the position says of that
    /// @return null when it has, or nothing is gained by knowing, or the source is none of this
    ///   history: it may be asked for its stream
    static @Nullable ReplicaStream behind(Connection connection, Position from, boolean again)
            throws IOException {
        if (!again && from.quietFrom() == from.offset()) {
            return null;
        }
        ServerInfo info =
                ServerInfo.of(connection.call("INFO", "replication"), connection.address());
        // The first byte that the two histories do not share (replication.c
        // `shiftReplicationId`).
        long own = info.number("second_repl_offset");
        boolean promoted =
                info.isPrimary() && info.formerReplicationId().equals(from.replicationId());
        return promoted && own > (again ? 0 : from.quietFrom()) && own <= from.offset()
                ? new ReplicaStream(connection, new Opening.Behind(from.replicationId(), own - 1))
                : null;
    }

    /// Unknown options are no reason to stop; a missing right is.
    private static void refuse(Connection connection, String command, Reply reply) {
        if (reply instanceof Reply.Failure failure
                && (failure.kind() == ErrorKind.NOPERM
                        || failure.kind() == ErrorKind.NOAUTH
                        || failure.kind() == ErrorKind.UNKNOWN_COMMAND)) {
            throw refused(connection, command, failure.text());
        }
    }

    private static SynclineException refused(Connection connection, String command, String text) {
        return new SynclineException(
                ErrorCode.PSYNC_REFUSED,
                connection.address().toString(),
                "the source refuses " + command + ": " + text,
                "Allow the account +psync +replconf +ping +info, or ask the provider to open"
                        + " replication for it; a proxy cannot be a source, name the node itself. Where"
                        + " replication stays blocked, choose --source-mode scan, which promises less");
    }

    private static Opening opening(Connection connection, @Nullable Position from)
            throws IOException {
        String answer = line(connection);
        String[] words = answer.split(" ", -1);
        if (words[0].equals("+CONTINUE") && from != null) {
            String id = words.length > 1 ? words[1].strip() : from.replicationId();
            return new Opening.Partial(id);
        }
        if (words[0].equals("+FULLRESYNC") && words.length == 3) {
            long offset = number(connection, words[2]);
            String header = line(connection);
            if (header.startsWith("$EOF:") && header.length() == 5 + MARK_LENGTH) {
                byte[] mark = header.substring(5).getBytes(StandardCharsets.ISO_8859_1);
                return new Opening.Full(words[1], offset, -1, mark);
            }
            if (header.startsWith("$")) {
                long length = number(connection, header.substring(1));
                return new Opening.Full(words[1], offset, length, new byte[0]);
            }
            throw new IOException("the source announced no snapshot but said '" + header + "'");
        }
        if (!answer.startsWith("-")) {
            throw new SynclineException(
                    ErrorCode.MALFORMED_STREAM,
                    connection.address().toString(),
                    "the answer to PSYNC is '" + answer + "'",
                    "Check that the address is a Redis or Valkey server");
        }
        String text = answer.substring(1);
        switch (ErrorKind.of(text)) {
            case NOPERM, NOAUTH, UNKNOWN_COMMAND -> throw refused(connection, "PSYNC", text);
            case NOMASTERLINK, MASTERDOWN ->
                    throw new IOException(
                            "the source is a replica that has lost its own primary: " + text);
            default -> throw new IOException("the source is not ready: " + text);
        }
    }

    private static long number(Connection connection, String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for both.
        }
        throw new SynclineException(
                ErrorCode.MALFORMED_STREAM,
                connection.address().toString(),
                "the source announced '" + text + "' where a number of bytes must stand",
                "Check that the address is a Redis or Valkey server");
    }

    /// The next line that is not empty: a source keeps the link alive with bare line feeds.
    private static String line(Connection connection) throws IOException {
        InputStream input = connection.input();
        StringBuilder text = new StringBuilder();
        while (text.length() < LINE_LIMIT) {
            int next = input.read();
            if (next < 0) {
                throw new EOFException("the source closed the connection during the handshake");
            }
            if (next == '\n') {
                if (!text.isEmpty()) {
                    return text.toString();
                }
            } else if (next != '\r') {
                text.append((char) next);
            }
        }
        throw new IOException("the source sent no line end within " + LINE_LIMIT + " bytes");
    }

    Opening opening() {
        return opening;
    }

    Connection connection() {
        return connection;
    }

    /// Reads raw bytes; -1 at the end.
    int read(byte[] buffer, int offset, int length) throws IOException {
        return connection.input().read(buffer, offset, length);
    }

    /// Tells the source how far we are. May be called from any thread.
    void acknowledge(long offset) throws IOException {
        synchronized (acknowledgement) {
            acknowledgement.clear();
            RespWriter.command(acknowledgement, "REPLCONF", "ACK", Long.toString(offset));
            connection.send(acknowledgement);
        }
    }

    /// Shows life during a transfer without saying an offset. A source takes a bare line feed from
    /// a replica as such (networking.c `processInlineBuffer`).
    void keepAlive() throws IOException {
        synchronized (acknowledgement) {
            acknowledgement.clear();
            acknowledgement.put((byte) '\n');
            connection.send(acknowledgement);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
