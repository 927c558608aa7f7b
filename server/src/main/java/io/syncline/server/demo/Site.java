package io.syncline.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.Slots;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One side of the demonstration: a server, or the nodes of a cluster, each key at its own. Not for
/// several threads.
final class Site implements AutoCloseable {
    /// Answers are read in rounds, so that neither side's buffers fill up.
    private static final int ROUND = 1_000;

    private final List<RespClient> nodes = new ArrayList<>();
    private int sent;

    /// @param ports of a cluster in the order of their slots, see [Clusters#join]
    Site(List<Integer> ports) throws IOException {
        try {
            for (int port : ports) {
                nodes.add(new RespClient(port));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    boolean isCluster() {
        return nodes.size() > 1;
    }

    List<RespClient> nodes() {
        return nodes;
    }

    /// The node that holds a key.
    RespClient of(byte[] key) {
        return nodes.get(Clusters.owner(Slots.of(key), nodes.size()));
    }

    /// Sends a command whose key is its second word.
    void send(String... arguments) throws IOException {
        sendTo(arguments[1], arguments);
    }

    /// Sends a command to where a key is.
    void sendTo(String key, String... arguments) throws IOException {
        of(key.getBytes(UTF_8)).send(arguments);
        if (++sent >= ROUND) {
            settle();
        }
    }

    /// Sends a command whose key is its second word.
    void send(byte[]... arguments) throws IOException {
        of(arguments[1]).send(arguments);
    }

    /// Waits for the answers to all that was sent.
    void settle() throws IOException {
        sent = 0;
        for (RespClient node : nodes) {
            node.flush();
        }
        for (RespClient node : nodes) {
            node.settle();
        }
    }

    /// Keys of every database, Syncline's own among them.
    long size() throws IOException {
        long keys = 0;
        for (RespClient node : nodes) {
            for (String line : node.call("INFO", "keyspace").toString().split("\r\n", -1)) {
                if (line.startsWith("db")) {
                    keys += Long.parseLong(line.split("[=,]", -1)[1]);
                }
            }
        }
        return keys;
    }

    @Override
    public void close() throws IOException {
        for (RespClient node : nodes) {
            node.close();
        }
    }
}
