package io.syncline.engine.cluster;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Every node of a cluster as one of them sees it (CLUSTER NODES, since 3.0): primaries without
/// slots too, which CLUSTER SLOTS does not name. A node is known by its id, since addresses change.
public final class ClusterNodes {
    private static final int FIELDS = 8;
    private static final int EPOCH_FIELD = 6;

    private final List<Node> nodes;

    private ClusterNodes(List<Node> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /// One node.
    ///
    /// @param id 40 hexadecimal digits
    /// @param myself whether it is the node that was asked
    /// @param primary whether it calls itself a primary, alive or not
    /// @param usable whether it has an address and is not believed to be dead
    /// @param primaryId of a replica; empty for a primary
    /// @param epoch its configuration epoch, which grows when it takes a slot over, or a shard
    /// @param slots that it owns
    /// @param importing slots that are on their way to it, if it is the node that was asked
    /// @param migrating slots that are on their way from it, likewise
    public record Node(
            String id,
            HostPort address,
            boolean myself,
            boolean primary,
            boolean usable,
            String primaryId,
            long epoch,
            BitSet slots,
            BitSet importing,
            BitSet migrating) {
        public Node {
            slots = (BitSet) slots.clone();
            importing = (BitSet) importing.clone();
            migrating = (BitSet) migrating.clone();
        }

        @Override
        public BitSet importing() {
            return (BitSet) importing.clone();
        }

        @Override
        public BitSet migrating() {
            return (BitSet) migrating.clone();
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }
    }

    /// Asks one node.
    ///
    /// @throws IOException when it cannot answer now
    public static ClusterNodes read(Connection connection) throws IOException {
        return of(connection.call("CLUSTER", "NODES"), connection.address());
    }

    /// Reads the answer to CLUSTER NODES.
    ///
    /// @param asked where it was asked
    public static ClusterNodes of(Reply reply, HostPort asked) throws IOException {
        if (reply instanceof Reply.Failure failure) {
            if (failure.text().startsWith("NOPERM")) {
                throw new SynclineException(
                        ErrorCode.NOT_PERMITTED,
                        asked.toString(),
                        "the account may not run CLUSTER NODES: " + failure.text(),
                        "Allow it +cluster|nodes");
            }
            throw new IOException("CLUSTER NODES is answered with '" + failure.text() + "'");
        }
        if (!(reply instanceof Reply.Bulk bulk)) {
            throw new IOException("CLUSTER NODES is answered with no text");
        }
        return parse(bulk.utf8(), asked);
    }

    static ClusterNodes parse(String text, HostPort asked) throws IOException {
        List<Node> nodes = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (!line.isBlank()) {
                nodes.add(node(line.strip().split(" ", -1), asked));
            }
        }
        return new ClusterNodes(nodes);
    }

    private static Node node(String[] words, HostPort asked) throws IOException {
        if (words.length < FIELDS) {
            throw new IOException("CLUSTER NODES is answered with a line of no known form");
        }
        Set<String> flags = new LinkedHashSet<>(Arrays.asList(words[2].split(",", -1)));
        boolean myself = flags.contains("myself");
        HostPort address = address(words[1], asked);
        boolean usable =
                address != null
                        && !flags.contains("fail")
                        && !flags.contains("noaddr")
                        && !flags.contains("handshake");
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        BitSet importing = new BitSet(ClusterMap.SLOTS);
        BitSet migrating = new BitSet(ClusterMap.SLOTS);
        for (int i = FIELDS; i < words.length; i++) {
            int to = words[i].indexOf("-<-");
            int from = words[i].indexOf("->-");
            if (words[i].startsWith("[") && to > 0) {
                addSlots(words[i].substring(1, to), importing);
            } else if (words[i].startsWith("[") && from > 0) {
                addSlots(words[i].substring(1, from), migrating);
            } else {
                addSlots(words[i], slots);
            }
        }
        boolean primary = flags.contains("master");
        return new Node(
                words[0],
                address == null ? asked : address,
                myself,
                primary,
                usable,
                primary || words[3].equals("-") ? "" : words[3],
                epoch(words[EPOCH_FIELD]),
                slots,
                importing,
                migrating);
    }

    private static long epoch(String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("CLUSTER NODES names the epoch '" + text + "'", e);
        }
    }

    /// From `host:port@bus[,name]`; a node may not know its own host yet.
    private static @Nullable HostPort address(String text, HostPort asked) throws IOException {
        String main = text.split("[@,]", -1)[0];
        int colon = main.lastIndexOf(':');
        try {
            int port = Integer.parseInt(main.substring(colon + 1));
            String host = colon > 0 ? main.substring(0, colon) : asked.host();
            return port == 0 ? null : new HostPort(host, port);
        } catch (NumberFormatException e) {
            throw new IOException("CLUSTER NODES names the address '" + text + "'", e);
        }
    }

    /// A slot, a range, or `[slot->-id]` of one that is on its way and still its owner's.
    private static void addSlots(String text, BitSet slots) throws IOException {
        if (text.isEmpty() || text.startsWith("[")) {
            return;
        }
        try {
            int dash = text.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(text.substring(dash + 1));
            if (first < 0 || last >= ClusterMap.SLOTS || last < first) {
                throw new IOException("CLUSTER NODES names the slots '" + text + "'");
            }
            slots.set(first, last + 1);
        } catch (NumberFormatException e) {
            throw new IOException("CLUSTER NODES names the slots '" + text + "'", e);
        }
    }

    public List<Node> nodes() {
        return nodes;
    }

    /// The node that was asked; null when it does not say.
    public @Nullable Node myself() {
        return nodes.stream().filter(Node::myself).findFirst().orElse(null);
    }

    /// A primary and its replicas: whichever of them is promoted carries the shard on.
    public Set<String> family(Node primary) {
        Set<String> ids = new LinkedHashSet<>();
        ids.add(primary.id());
        for (Node node : nodes) {
            if (node.primaryId().equals(primary.id())) {
                ids.add(node.id());
            }
        }
        return ids;
    }

    /// The primary among the nodes of a shard.
    ///
    /// @return null when none is one: the shard was dissolved
    public @Nullable Node primaryAmong(Set<String> family) {
        Node found = null;
        for (Node node : nodes) {
            // Of two, the one that is alive or owns slots: the other has not heard of its end yet.
            if (node.primary()
                    && family.contains(node.id())
                    && (found == null || !found.usable() || found.slots().isEmpty())) {
                found = node;
            }
        }
        return found;
    }
}
