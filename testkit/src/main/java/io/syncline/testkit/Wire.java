package io.syncline.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/// One connection of raw commands, alone or pipelined; any command of any version, by its words.
///
/// A word is a `String` (sent as UTF-8), a `byte[]` or a number. A reply is a `Long`, a `byte[]`, a
/// `List` of replies, or null for nil. Not for several threads.
public final class Wire implements AutoCloseable {
    private final Connection connection;

    Wire(Endpoint endpoint, Duration timeout) {
        connection = new Connection(endpoint.sockets(timeout), endpoint.config(timeout));
        connection.connect();
    }

    /// Sends a command and waits for its reply.
    ///
    /// @throws JedisDataException when the reply is an error
    public @Nullable Object call(Object... words) {
        send(words);
        return checked(receive());
    }

    /// Sends a command, perhaps later: with the next [#receive] at the latest.
    public void send(Object... words) {
        byte[] name = bytes(words[0]);
        byte[][] arguments = new byte[words.length - 1][];
        for (int i = 1; i < words.length; i++) {
            arguments[i - 1] = bytes(words[i]);
        }
        send(name, arguments);
    }

    void send(byte[] name, byte[]... arguments) {
        ProtocolCommand command = () -> name;
        connection.sendCommand(command, arguments);
    }

    /// The reply to the oldest command that has none yet; an error is returned, not thrown.
    public @Nullable Object receive() {
        try {
            return connection.getOne();
        } catch (JedisDataException e) {
            return e;
        }
    }

    /// The reply as text.
    public String text(Object... words) {
        return Replies.text(call(words));
    }

    /// The reply as a number, also when it comes as text.
    public long number(Object... words) {
        return Replies.number(call(words));
    }

    /// The reply as a list.
    public List<?> list(Object... words) {
        return Replies.list(call(words));
    }

    /// Whether the server is still there, as far as this connection knows.
    public boolean broken() {
        return connection.isBroken();
    }

    @Override
    public void close() {
        try {
            connection.disconnect();
        } catch (JedisConnectionException broken) {
            // Jedis flushes what was not sent yet; a connection that is gone takes no more.
            connection.setBroken();
        }
    }

    static @Nullable Object checked(@Nullable Object reply) {
        if (reply instanceof JedisDataException failure) {
            throw failure;
        }
        return reply;
    }

    static byte[] bytes(Object word) {
        return word instanceof byte[] bytes
                ? bytes
                : word.toString().getBytes(StandardCharsets.UTF_8);
    }
}
