package io.syncline.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/// Where one server listens, and what it takes to be let in.
///
/// @param password none when null
/// @param tls plain TCP when null
public record Endpoint(
        String host, int port, @Nullable String password, @Nullable SSLSocketFactory tls) {

    /// A server that is alive answers sooner, save while it runs a very long command.
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    public Endpoint {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not in 1..65535");
        }
    }

    public static Endpoint of(String host, int port) {
        return new Endpoint(host, port, null, null);
    }

    /// The same server by another way, for instance through a [FaultProxy].
    public Endpoint at(String otherHost, int otherPort) {
        return new Endpoint(otherHost, otherPort, password, tls);
    }

    /// A connection of raw commands.
    public Wire connect() {
        return connect(TIMEOUT);
    }

    /// A connection that gives up on a server that is silent for so long.
    public Wire connect(Duration timeout) {
        return new Wire(this, timeout);
    }

    /// A Jedis client on one connection.
    public Jedis client() {
        return new Jedis(sockets(TIMEOUT), config(TIMEOUT));
    }

    /// Without HELLO and CLIENT SETINFO, which old servers do not know.
    JedisClientConfig config(Duration timeout) {
        DefaultJedisClientConfig.Builder builder =
                DefaultJedisClientConfig.builder()
                        .serverDefaultProtocol()
                        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                        .connectionTimeoutMillis((int) timeout.toMillis())
                        .socketTimeoutMillis((int) timeout.toMillis());
        if (password != null) {
            builder.password(password);
        }
        return builder.build();
    }

    JedisSocketFactory sockets(Duration timeout) {
        return () -> connectSocket(timeout);
    }

    private Socket connectSocket(Duration timeout) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) timeout.toMillis());
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return tls == null ? socket : tls.createSocket(socket, host, port, true);
        } catch (IOException e) {
            close(socket, e);
            throw new JedisConnectionException("cannot connect to " + this, e);
        }
    }

    private static void close(Socket socket, IOException why) {
        try {
            socket.close();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
