package io.syncline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A TCP proxy on loopback in front of one server, through which tests let things go wrong.
///
/// ```java
/// proxy.inject(Direction.TO_CLIENT, new Fault.Stall()); // now, and on every later connection
/// proxy.heal();
/// proxy.injectNext(Direction.TO_CLIENT, new Fault.Truncate(100)); // once, on the next connection
/// ```
///
/// One virtual thread per direction of each connection; faults wake them at once.
public final class FaultProxy implements AutoCloseable {
    /// Which way the bytes go.
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final ServerSocket listener;
    private final Set<ProxiedConnection> live = ConcurrentHashMap.newKeySet();
    private final Map<Direction, Fault> faults = new EnumMap<>(Direction.class);
    private final Map<Direction, Fault> nextFaults = new EnumMap<>(Direction.class);
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicLong bytesToServer = new AtomicLong();
    private final AtomicLong bytesToClient = new AtomicLong();
    private final Endpoint original;
    private volatile InetSocketAddress server;
    private volatile boolean refusing;

    private FaultProxy(Endpoint original, InetSocketAddress at) throws IOException {
        this.original = original;
        this.server = new InetSocketAddress(original.host(), original.port());
        this.listener = new ServerSocket(at.getPort(), 50, at.getAddress());
        Thread.ofVirtual().name("fault-proxy").start(this::accept);
    }

    public static FaultProxy before(Endpoint server) {
        return at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), server);
    }

    /// At a fixed place, for servers that announce it as their own.
    static FaultProxy at(InetSocketAddress place, Endpoint server) {
        try {
            return new FaultProxy(server, place);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen at " + place + " for " + server, e);
        }
    }

    public static FaultProxy before(RedisServer server) {
        return before(server.endpoint());
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// The server as it is seen through this proxy.
    public Endpoint endpoint() {
        return original.at(listener.getInetAddress().getHostAddress(), port());
    }

    /// New connections go to another server; live ones stay where they are.
    public void retarget(String host, int port) {
        server = new InetSocketAddress(host, port);
    }

    /// Applies to what passes from now on, on live and on later connections, until [#heal].
    ///
    /// Cut and Reset end the live connections, and later ones as soon as they are accepted.
    public void inject(Direction direction, Fault fault) {
        synchronized (faults) {
            faults.put(direction, fault);
        }
        live.forEach(connection -> connection.apply(direction, fault));
    }

    /// Ends every live connection, by [Fault.Cut] or [Fault.Reset]; later ones are well.
    public void breakConnections(Fault fault) {
        live.forEach(connection -> connection.apply(Direction.TO_CLIENT, fault));
    }

    /// Applies to the next connection only, from its first byte on, instead of an injected fault.
    public void injectNext(Direction direction, Fault fault) {
        synchronized (faults) {
            nextFaults.put(direction, fault);
        }
    }

    /// New connections are reset at once while this is set, as by a machine that is gone.
    public void refuse(boolean refuse) {
        refusing = refuse;
    }

    /// Ends all faults; what a Stall held back passes now.
    public void heal() {
        refusing = false;
        synchronized (faults) {
            faults.clear();
            nextFaults.clear();
        }
        live.forEach(ProxiedConnection::heal);
    }

    /// Connections accepted so far.
    public int connections() {
        return accepted.get();
    }

    /// Connections that are open now.
    public int liveConnections() {
        return live.size();
    }

    /// Connections that could not be passed on, as their server was not there or [#refuse] was set.
    public int refusedConnections() {
        return refused.get();
    }

    /// Bytes passed on so far.
    public long bytes(Direction direction) {
        return counter(direction).get();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the proxy before " + server, e);
        } finally {
            live.forEach(ProxiedConnection::close);
        }
    }

    AtomicLong counter(Direction direction) {
        return direction == Direction.TO_SERVER ? bytesToServer : bytesToClient;
    }

    void ended(ProxiedConnection connection) {
        live.remove(connection);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                // The other end answers in its own time; the next client shall not wait for it.
                Thread.ofVirtual().name("fault-proxy-connect").start(() -> connect(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException("the proxy before " + server + " failed", e);
                }
            }
        }
    }

    private void connect(Socket client) {
        accepted.incrementAndGet();
        if (refusing) {
            refused.incrementAndGet();
            ProxiedConnection.reset(client);
            return;
        }
        Socket upstream = new Socket();
        try {
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            upstream.connect(server, CONNECT_TIMEOUT_MILLIS);
        } catch (IOException unreachable) {
            refused.incrementAndGet();
            ProxiedConnection.reset(client);
            ProxiedConnection.reset(upstream);
            return;
        }
        ProxiedConnection connection = new ProxiedConnection(this, client, upstream);
        live.add(connection);
        for (Direction direction : Direction.values()) {
            Fault fault = faultOfNew(direction);
            if (fault != null) {
                connection.apply(direction, fault);
            }
        }
        connection.start();
    }

    private @Nullable Fault faultOfNew(Direction direction) {
        synchronized (faults) {
            Fault once = nextFaults.remove(direction);
            return once == null ? faults.get(direction) : once;
        }
    }
}
