package io.syncline.engine.pair;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.OwnKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// Which of the commands that only a pair runs an account may not run. They are run: none of them
/// changes anything, and a server looks at rights before it looks at anything else (server.c
/// `processCommand`), be the key at another node.
final class PairRights {
    private static final String KEY = OwnKeys.PREFIX + "precheck";

    private static final List<List<String>> EVERYWHERE =
            List.of(
                    List.of("WATCH", KEY),
                    List.of("UNWATCH"),
                    List.of("DUMP", KEY),
                    List.of("PTTL", KEY),
                    List.of("PEXPIREAT", KEY, "1"),
                    List.of("TIME"));

    /// By these a key that a user deletes is told from one that moves with its slot.
    private static final List<List<String>> IN_A_CLUSTER =
            List.of(List.of("CLUSTER", "NODES"), List.of("CLUSTER", "COUNTKEYSINSLOT", "0"));

    /// From here on a part of a command can be allowed by itself (acl.c).
    private static final int PARTS_SINCE = 7;

    private PairRights() {}

    /// Asks every primary.
    ///
    /// @return how the missing rights are written in an access list
    static Set<String> missing(End end) throws IOException {
        boolean cluster = end.instance().isCluster();
        List<HostPort> primaries =
                cluster
                        ? end.instance().clusterMap().primaries()
                        : List.of(end.instance().primary());
        List<List<String>> commands = new ArrayList<>(EVERYWHERE);
        commands.addAll(cluster ? IN_A_CLUSTER : List.of());
        Set<String> missing = new TreeSet<>();
        for (HostPort primary : primaries) {
            try (Connection connection = end.instance().connector().open(primary)) {
                ServerInfo info = ServerInfo.read(connection);
                for (List<String> command : commands) {
                    Reply reply = connection.call(command.toArray(String[]::new));
                    if (reply instanceof Reply.Failure failure
                            && failure.kind() == ErrorKind.NOPERM) {
                        missing.add(right(command, info));
                    }
                }
            }
        }
        return missing;
    }

    private static String right(List<String> command, ServerInfo info) {
        String name = "+" + command.getFirst().toLowerCase(Locale.ROOT);
        boolean whole = !command.getFirst().equals("CLUSTER") || info.major() < PARTS_SINCE;
        return whole ? name : name + "|" + command.get(1).toLowerCase(Locale.ROOT);
    }
}
