package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.TaskRegistry;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.StreamPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The first copy of a pair, from one site (the *origin*) to the other (the *receiver*).
///
/// The receiver's stream is read from a place before the copy begins, and while it runs: what users
/// write there meanwhile is kept. The copy's own transactions are told by the checkpoint in them,
/// and each key that they write voids what was kept for it, since it was written over. So nothing
/// that the copy did comes back, and what was written behind it is not lost. Taking the place
/// behind the copy would lose those writes at the origin for ever.
final class Founding {
    /// How an epoch begins that stands for the emptying of a side.
    private static final String EMPTYING = "resync.";

    private final LinkOptions options;
    private final Consumer<LinkEvent> events;
    private final End origin;
    private final End receiver;
    private final SiteStream stream;
    private final OriginPast past;
    private final FirstCopy copy;
    private final StrayKeys strays;
    private final Map<KeyId, Site> owed = new HashMap<>();

    /// @param options of the task, from its source to its target
    /// @param valve of the direction that is copied
    /// @param stream the receiver's
    /// @param ofOrigin the origin's, which is not read yet
    Founding(
            LinkOptions options,
            Consumer<LinkEvent> events,
            End origin,
            End receiver,
            Valve valve,
            SiteStream stream,
            SiteStream ofOrigin) {
        this.options = options;
        this.events = events;
        this.origin = origin;
        this.receiver = receiver;
        this.stream = stream;
        copy = new FirstCopy(options, events, origin, receiver, valve, List.of(stream), false);
        past = new OriginPast(origin, List.of(ofOrigin), copy::isStopping);
        copy.tell(past);
        strays = new StrayKeys(copy, past, List.of(stream), origin.site(), events);
    }

    void stop() {
        copy.stop();
    }

    /// The numbers of the copy; null while there is none.
    @Nullable LinkStatus status() {
        return copy.status();
    }

    /// Copies.
    ///
    /// @param unfinished what an earlier try left at the origin; null for none
    /// @param replace whether the receiver's data is to be removed first
    /// @return false when told to stop
    boolean run(@Nullable Marker unfinished, boolean replace) throws IOException {
        boolean empties = replace || (unfinished != null && isEmptyingOwed());
        StreamPlace begin = empties || unfinished == null ? null : reopened(unfinished.through());
        boolean all = begin != null || empties || unfinished == null;
        if (begin == null) {
            begin = begin(empties);
        }
        if (begin == null) {
            return false;
        }
        if (unfinished == null || empties) {
            past.begin();
        }
        boolean first = unfinished == null || empties;
        boolean early = first && strays.areEarly(receiver, empties, options.onExisting());
        boolean whole = past.isWhole(all && !early);
        set(origin, Marker.founding(begin, StreamPlace.BEGINNING));
        if (unfinished != null) {
            copy.again();
        }
        if (!copy.run(LinkHooks.NONE, copied -> true)) {
            return false;
        }
        Map<KeyId, Site> left = strays.judge(whole);
        if (left == null) {
            return false;
        }
        owed.putAll(left);
        StreamPlace copied = place(copy.options());
        StreamPlace read = stream.afterCopy(begin);
        set(receiver, Marker.founding(copied, read));
        set(origin, Marker.founding(read, copied));
        return true;
    }

    /// The keys that only the receiver has, each with the side that knows what becomes of it.
    Map<KeyId, Site> owed() {
        return owed;
    }

    /// Whether an earlier try was to empty the receiver, and did not come to it: then both would
    /// have the epoch of that.
    private boolean isEmptyingOwed() throws IOException {
        String wanted = epoch(origin);
        return wanted.startsWith(EMPTYING) && !wanted.equals(epoch(receiver));
    }

    private static String epoch(End end) throws IOException {
        try (Connection connection = end.open()) {
            String database = Integer.toString(end.keys().database());
            require(connection, connection.call("SELECT", database));
            Reply found =
                    require(connection, connection.call("GET".getBytes(UTF_8), end.keys().epoch()));
            return found instanceof Reply.Bulk text ? text.utf8() : "";
        }
    }

    /// Where an earlier try began, if the receiver still has that place.
    private @Nullable StreamPlace reopened(StreamPlace place) {
        try {
            return stream.open(place) ? place : null;
        } catch (SynclineException e) {
            if (e.failure().code() != ErrorCode.POSITION_LOST) {
                throw e;
            }
            events.accept(
                    new LinkEvent.Warned(
                            stream.place(),
                            "of what was written here since the first copy was begun for the first"
                                    + " time, new keys are brought to the other side; what it has as"
                                    + " well is overwritten",
                            "Raise repl-backlog-size, or write only to the other side until the first"
                                    + " copy is done"));
            return null;
        }
    }

    private @Nullable StreamPlace begin(boolean replace) throws IOException {
        if (!"1".equals(receiver.info().field("repl_backlog_active")) && !stream.beginBacklog()) {
            return null;
        }
        try (Connection connection = receiver.open()) {
            if (replace) {
                String epoch = EMPTYING + System.currentTimeMillis() + "." + System.nanoTime();
                supersede(epoch);
                // A start behind a kill from here on begins with the copy.
                set(origin, Marker.founding(here(connection), StreamPlace.BEGINNING));
                empty(connection, epoch);
            }
            StreamPlace place = here(connection);
            return stream.open(place) ? place : null;
        }
    }

    /// A process of this task that still runs would bring the flush that follows to the origin.
    private void supersede(String epoch) throws IOException {
        try (Connection connection = origin.open()) {
            String database = Integer.toString(origin.keys().database());
            require(connection, connection.call("SELECT", database));
            require(connection, setEpoch(connection, origin, epoch));
        }
    }

    private static Reply setEpoch(Connection connection, End end, String epoch) throws IOException {
        return connection.call("SET".getBytes(UTF_8), end.keys().epoch(), epoch.getBytes(UTF_8));
    }

    /// Removes what the receiver holds, the task's own keys included. The new epoch stands there
    /// from the same moment on. A key of the first copy's is written beside it, so that whoever
    /// reads the stream does not take it for a user's flush.
    private void empty(Connection connection, String epoch) throws IOException {
        require(connection, connection.call("MULTI"));
        if (receiver.isIdentity()) {
            require(connection, connection.call("FLUSHALL"));
        }
        for (int database : receiver.databases()) {
            require(connection, connection.call("SELECT", Integer.toString(database)));
            require(connection, connection.call("FLUSHDB"));
        }
        String database = Integer.toString(receiver.keys().database());
        require(connection, connection.call("SELECT", database));
        require(connection, setEpoch(connection, receiver, epoch));
        byte[] databases = PairDatabases.key(receiver);
        byte[] now = options.databasesText().getBytes(UTF_8);
        require(connection, connection.call("SET".getBytes(UTF_8), databases, now));
        if (!(require(connection, connection.call("EXEC")) instanceof Reply.Items items)) {
            throw new IOException("EXEC is not answered with items");
        }
        for (Reply reply : items.items()) {
            require(connection, reply);
        }
    }

    private static Reply require(Connection connection, Reply reply) throws IOException {
        if (reply instanceof Reply.Failure failure) {
            throw Answers.refused(connection.address().toString(), failure.text());
        }
        return reply;
    }

    /// The receiver's place now. The stream does not say which database is selected in it until it
    /// changes, so two messages to nobody, in two databases, make it say so.
    static StreamPlace here(Connection connection) throws IOException {
        require(connection, connection.call("SELECT", "0"));
        connection.call("MULTI");
        List<String> queued = new ArrayList<>(List.of("INFO replication", "SELECT 1"));
        queued.addAll(List.of("PUBLISH __syncline 1", "SELECT 0", "PUBLISH __syncline 0"));
        for (String command : queued) {
            require(connection, connection.call(command.split(" ", -1)));
        }
        // SELECT 1 is refused by a server with one database, which then is the only one.
        if (!(require(connection, connection.call("EXEC")) instanceof Reply.Items items)) {
            throw new IOException("EXEC is not answered with items");
        }
        return new StreamPlace(
                ServerInfo.read(connection).replicationId(),
                Answers.offset(items.items().getFirst()),
                0);
    }

    private void set(End end, Marker marker) throws IOException {
        try (Connection connection = end.open()) {
            require(connection, connection.call("SELECT", Integer.toString(end.keys().database())));
            require(
                    connection,
                    connection.call("SET".getBytes(UTF_8), end.keys().marker(), marker.encode()));
            require(
                    connection,
                    connection.call(
                            "SET".getBytes(UTF_8), End.MEMBERSHIP, options.task().getBytes(UTF_8)));
        }
    }

    private StreamPlace place(LinkOptions forCopy) throws IOException {
        SortedSet<Integer> candidates = new TreeSet<>(forCopy.databases().values());
        if (candidates.isEmpty()) {
            candidates.add(0);
        }
        try (Connection connection = receiver.open()) {
            TaskRegistry registry =
                    TaskRegistry.find(connection, new OwnKeys(options.task()), candidates);
            Checkpoint checkpoint = registry.checkpoint(connection, 0);
            if (checkpoint == null || checkpoint.phase() != Checkpoint.Phase.STREAMING) {
                throw new IOException("the first copy ended without a place: " + checkpoint);
            }
            return new StreamPlace(
                    checkpoint.replicationId(), checkpoint.offset(), checkpoint.database());
        }
    }
}
