package io.syncline.engine.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A node that nobody has told of the last changes goes on to answer, and is named first.
class StaleNodeIT {
    @Test
    void theViewOfANodeThatWasLeftBehindDoesNotCount() throws IOException {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 2, 0);
                StaleNode stale = new StaleNode(cluster.nodes().getFirst().port())) {
            // A node that imports a slot takes a new epoch.
            RedisServer owner = cluster.nodes().get(1);
            cluster.moveSlot(0, owner);
            cluster.moveSlot(16_383, cluster.nodes().getFirst());
            Instance instance = named(stale.port(), owner.port());

            ClusterMap map = instance.clusterMap();

            assertThat(portOf(map, 0)).isEqualTo(owner.port());
            // And it is not asked first any more.
            assertThat(portOf(instance.clusterMap(), 0)).isEqualTo(owner.port());
        }
    }

    private static int portOf(ClusterMap map, int slot) {
        return Objects.requireNonNull(map.owner(slot)).port();
    }

    private static Instance named(int... ports) {
        List<HostPort> addresses =
                java.util.Arrays.stream(ports)
                        .mapToObj(port -> new HostPort("127.0.0.1", port))
                        .toList();
        return new Instance(
                new Endpoint(
                        Endpoint.Topology.CLUSTER, addresses, Credentials.NONE, TlsOptions.OFF, ""),
                new Connector(Credentials.NONE, TlsOptions.OFF, "test"),
                true);
    }

    /// Says what was true once: that one node owns everything.
    private static final class StaleNode implements AutoCloseable {
        private final ServerSocket listener;
        private final int owner;

        StaleNode(int owner) throws IOException {
            this.owner = owner;
            listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
            Thread.ofPlatform().daemon().name("stale node").start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                    serve(socket);
                } catch (IOException e) {
                    // The client has gone, or the test is over.
                    System.getLogger(StaleNodeIT.class.getName())
                            .log(System.Logger.Level.DEBUG, "stale node", e);
                }
            }
        }

        private void serve(Socket socket) throws IOException {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String answer =
                        switch (line) {
                            case "SETNAME" -> "+OK\r\n";
                            case "SLOTS" ->
                                    "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:"
                                            + owner
                                            + "\r\n";
                            case "NODES" ->
                                    bulk("id 127.0.0.1:1 master - 0 0 2 connected 0-16383\n");
                            default -> "";
                        };
                socket.getOutputStream().write(answer.getBytes(US_ASCII));
            }
        }

        private static String bulk(String text) {
            return "$" + text.length() + "\r\n" + text + "\r\n";
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
