package io.syncline.engine.net;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ReplyReader;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.resp.RespWriter;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// One blocking connection. Question and answer through [#call]; raw streams for replication links
/// and lanes. Not for several threads, save that [#close] ends a blocked read from anywhere, and
/// that one thread may read while another writes.
public final class Connection implements Closeable {
    private static final int BUFFER_BYTES = 8 << 10;

    private final HostPort address;
    private final Socket socket;
    private final Socket carrier;
    private final OpenSockets open;
    private final InputStream input;
    private final OutputStream output;
    private final ByteBuilder command = new ByteBuilder(512);
    private final ReplyReader replies;

    /// @param open where the socket is registered, under the one that carries it
    Connection(HostPort address, Socket socket, Socket carrier, OpenSockets open)
            throws IOException {
        this.address = address;
        this.socket = socket;
        this.carrier = carrier;
        this.open = open;
        // Large reads go past this buffer, so a replication stream pays nothing for it.
        this.input = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        this.output = socket.getOutputStream();
        this.replies = new ReplyReader(input);
    }

    public HostPort address() {
        return address;
    }

    /// The stream behind [#call]: bytes that a reply reader took too many of are still in it.
    public ReplyReader replies() {
        return replies;
    }

    public InputStream input() {
        return input;
    }

    public OutputStream output() {
        return output;
    }

    /// Our own address, as the server sees it when nothing translates between.
    public String localAddress() {
        return socket.getLocalAddress().getHostAddress();
    }

    /// How long a read may block; zero is for ever.
    public void answerLimit(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
    }

    /// Sends one command and waits for its answer. An error reply is a value, not an exception.
    public Reply call(String... arguments) throws IOException {
        command.clear();
        RespWriter.command(command, arguments);
        return exchange(command);
    }

    public Reply call(byte[]... arguments) throws IOException {
        command.clear();
        RespWriter.array(command, arguments.length);
        for (byte[] argument : arguments) {
            RespWriter.bulk(command, argument);
        }
        return exchange(command);
    }

    private Reply exchange(ByteBuilder bytes) throws IOException {
        send(bytes);
        try {
            return replies.read();
        } catch (SocketTimeoutException e) {
            SocketTimeoutException plain =
                    new SocketTimeoutException(
                            "no answer within " + socket.getSoTimeout() / 1000 + " s");
            plain.initCause(e);
            throw plain;
        } catch (RespFormatException e) {
            throw new IOException("it does not speak the Redis protocol: " + e.getMessage(), e);
        }
    }

    /// Sends bytes that were built elsewhere; their answers are read with [#replies].
    public void send(ByteBuilder bytes) throws IOException {
        output.write(bytes.array, 0, bytes.length);
        output.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is lost: a socket that cannot be closed is already gone.
            System.getLogger(Connection.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing " + address, e);
        }
        open.close(carrier);
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
