package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.TaskRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which databases a pair of standalone instances has synchronized until now, as it is noted at
/// both sides. It can give some up, but for the ones that hold its own keys; those that join would
/// be missing what was written before, without a word.
final class PairDatabases {
    private final List<End> ends;
    private final String task;
    private final String now;

    PairDatabases(LinkOptions options, List<End> ends) {
        this.ends = List.copyOf(ends);
        this.task = options.task();
        this.now = options.databasesText();
    }

    /// Looks whether the pair may go on with the databases of this start.
    ///
    /// @return why not; null also where a side does not answer, of which the prechecks tell more
    @Nullable Failure check() {
        for (End end : ends) {
            try {
                Failure found = end.instance().isCluster() ? null : check(end);
                if (found != null) {
                    return found;
                }
            } catch (IOException | SynclineException e) {
                System.getLogger(PairDatabases.class.getName())
                        .log(System.Logger.Level.DEBUG, "looking for the pair's databases", e);
            }
        }
        return null;
    }

    private @Nullable Failure check(End end) throws IOException {
        try (Connection connection = end.open()) {
            int own = end.keys().database();
            List<Integer> found = withMarker(end, connection);
            String place = connection.address().toString();
            if (!found.isEmpty() && !found.contains(own)) {
                return new Failure(
                        ErrorCode.BAD_OPTION,
                        place,
                        "task "
                                + task
                                + " keeps its own keys in database "
                                + found.getFirst()
                                + " of the "
                                + end.site().name().toLowerCase(Locale.ROOT)
                                + ", so that is the one it cannot give up ("
                                + now
                                + ")",
                        "Keep it in --databases, or start once with --resync-from source or"
                                + " --resync-from target to copy all again");
            }
            select(connection, own);
            if (connection.call("GET".getBytes(UTF_8), key(end)) instanceof Reply.Bulk text
                    && TaskRegistry.takesOnMore(text.utf8(), now)) {
                return new Failure(
                        ErrorCode.BAD_OPTION,
                        place,
                        "task "
                                + task
                                + " was started for databases "
                                + text.utf8()
                                + "; it can give some up, not take on more ("
                                + now
                                + ")",
                        "Start once with --resync-from source or --resync-from target to copy all"
                                + " again: the other side's data is replaced");
            }
            return null;
        }
    }

    /// Notes the databases of this start at both sides. What stands in others is of a task that has
    /// been copied anew since.
    void note() throws IOException {
        for (End end : ends) {
            try (Connection connection = end.open()) {
                for (int database : withMarker(end, connection)) {
                    if (database != end.keys().database()) {
                        select(connection, database);
                        accept(connection, "DEL", end.keys().marker());
                        accept(connection, "DEL", end.keys().epoch());
                        accept(connection, "DEL", end.keys().beat());
                        accept(connection, "DEL", End.MEMBERSHIP);
                        accept(connection, "DEL", key(end));
                        accept(connection, "DEL", OriginPast.key(end));
                    }
                }
                select(connection, end.keys().database());
                accept(connection, "SET", key(end), now.getBytes(UTF_8));
            }
        }
    }

    /// The databases of a site in which the task's marker stands.
    private static List<Integer> withMarker(End end, Connection connection) throws IOException {
        List<Integer> found = new ArrayList<>();
        for (int database : ServerInfo.read(connection).keysByDatabase().keySet()) {
            select(connection, database);
            if (accept(connection, "EXISTS", end.keys().marker()) instanceof Reply.Whole count
                    && count.value() > 0) {
                found.add(database);
            }
        }
        return found;
    }

    static byte[] key(End end) {
        return (new String(end.keys().ofTask(), UTF_8) + "pair-databases").getBytes(UTF_8);
    }

    private static void select(Connection connection, int database) throws IOException {
        accept(connection, "SELECT", Integer.toString(database).getBytes(UTF_8));
    }

    private static Reply accept(Connection connection, String name, byte[]... arguments)
            throws IOException {
        byte[][] words = new byte[arguments.length + 1][];
        words[0] = name.getBytes(UTF_8);
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        Reply reply = connection.call(words);
        Answers.accept(connection.address().toString(), List.of(reply));
        return reply;
    }
}
