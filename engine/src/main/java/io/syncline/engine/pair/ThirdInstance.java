package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.TaskRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which tasks write into a side besides the pair.
final class ThirdInstance {
    private static final String CLIENT = "name=syncline:";

    private ThirdInstance() {}

    /// Those that run now, or have made a pair of it.
    ///
    /// @param task the pair's own name
    static Set<String> writers(End end, String task) throws IOException {
        TreeSet<String> writers = new TreeSet<>();
        TreeSet<String> clients = new TreeSet<>();
        for (Port port : end.ports(List.of())) {
            look(end, port, writers, clients);
        }
        writers.remove(task);
        clients.remove(End.clientName(task).substring("syncline:".length()));
        for (String client : clients) {
            String[] parts = client.split(":", 2);
            // Lanes and pairs have a colon behind the task's name, and write. Any other connection
            // may be of a task that only reads here.
            if (parts.length > 1 || isTarget(end, client)) {
                writers.add(parts[0]);
            }
        }
        return writers;
    }

    private static void look(End end, Port port, Set<String> pairs, Set<String> clients)
            throws IOException {
        try (Connection connection = port.open()) {
            connection.call("SELECT", Integer.toString(end.keys().database()));
            // A node of a cluster that does not own the key answers with an error: another one
            // does.
            if (connection.call("GET".getBytes(UTF_8), End.MEMBERSHIP) instanceof Reply.Bulk pair) {
                pairs.add(pair.utf8());
            }
            if (connection.call("CLIENT", "LIST") instanceof Reply.Bulk list) {
                clients.addAll(clients(list.utf8()));
            }
        }
    }

    /// The names of our connections, less what they all begin with.
    private static Set<String> clients(String clientList) {
        TreeSet<String> clients = new TreeSet<>();
        for (String word : clientList.split("[ \n]", -1)) {
            if (word.startsWith(CLIENT)) {
                clients.add(word.substring(CLIENT.length()));
            }
        }
        return clients;
    }

    /// Whether a one-way task has the side as its target: it says so there before it copies, and
    /// for which databases.
    private static boolean isTarget(End end, String task) throws IOException {
        OwnKeys keys = new OwnKeys(task);
        try (Connection connection = end.openFor(keys.manifest())) {
            Set<Integer> databases = ServerInfo.read(connection).keysByDatabase().keySet();
            Map<String, String> manifest =
                    TaskRegistry.find(connection, keys, databases).read(connection);
            return TaskRegistry.writes(
                    manifest, database -> end.toPair(database) != DatabaseMap.EXCLUDED);
        }
    }
}
