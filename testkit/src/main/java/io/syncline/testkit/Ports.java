package io.syncline.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Free ports for servers.
///
/// Below 32768, where Linux begins to give ports to outgoing connections, so that none of those
/// takes one between our look and the server's bind; each handed out once per JVM. Another JVM may
/// still be quicker: whoever starts a server tries another port then.
public final class Ports {
    private static final int FIRST = 10_000;
    private static final int COUNT = 11_000;

    /// A cluster node's bus listens this far above its port.
    static final int BUS_OFFSET = 10_000;

    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private Ports() {}

    /// A port that is free now, and whose cluster bus port is free too.
    public static int free() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port) && isFree(port + BUS_OFFSET)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free port from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
