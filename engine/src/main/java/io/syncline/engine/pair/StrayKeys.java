package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ScanPage;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What becomes of keys that only the receiver has behind a repeated first copy. One was written
/// there by users; or it was copied by an earlier try, and has gone from the origin since.
final class StrayKeys {
    private static final long LOOK_NANOS = 5_000_000;

    private final FirstCopy copy;
    private final OriginPast past;
    private final List<SiteStream> streams;
    private final Site origin;
    private final Consumer<LinkEvent> events;

    /// @param streams of the receiver, read since the first copy was begun
    StrayKeys(
            FirstCopy copy,
            OriginPast past,
            List<SiteStream> streams,
            Site origin,
            Consumer<LinkEvent> events) {
        this.copy = copy;
        this.past = past;
        this.streams = List.copyOf(streams);
        this.origin = origin;
        this.events = events;
    }

    /// Looks, before the first try, for keys that the receiver has already. Behind checks that
    /// allow none, or when it was emptied, users wrote them just now; else the user lets them be.
    ///
    /// @return whether there are any
    boolean areEarly(End receiver, boolean emptied, LinkOptions.OnExisting chosen)
            throws IOException {
        boolean early = holdsAny(receiver);
        if (early && !emptied && chosen == LinkOptions.OnExisting.OVERWRITE) {
            past.noteOthers();
        } else if (early) {
            copy.again();
        }
        return early;
    }

    /// Finds the side that each is to be copied from; none for what is kept anyway.
    ///
    /// @param whole whether all is known that users wrote to the receiver since the first try
    /// @return null when told to stop
    @Nullable Map<KeyId, Site> judge(boolean whole) throws IOException {
        Map<KeyId, Site> owed = new HashMap<>();
        Set<KeyId> strays = copy.strays();
        if (strays.isEmpty()) {
            return owed;
        }
        boolean sure = readOn() && whole;
        Predicate<KeyId> written = sure ? key -> true : past.written();
        if (copy.isStopping()) {
            return null;
        }
        boolean leaves = past.hasOthers();
        int brought = 0;
        for (KeyId key : strays) {
            boolean kept = streams.stream().anyMatch(stream -> stream.keeps(key));
            if (!kept && written != null && written.test(key)) {
                owed.put(key, origin);
            } else if (!leaves && (!kept || !sure)) {
                // Of what was kept, the beginning may be missing.
                owed.put(key, origin.other());
                brought++;
            }
        }
        if (written == null && brought > 0) {
            warn(brought, strays.iterator().next());
        }
        return owed;
    }

    private boolean holdsAny(End receiver) throws IOException {
        for (SiteStream stream : streams) {
            try (Connection connection = stream.port.open()) {
                String place = connection.address().toString();
                ServerInfo info = ServerInfo.read(connection);
                for (int database : info.keysByDatabase().keySet()) {
                    boolean ours = receiver.toPair(database) != DatabaseMap.EXCLUDED;
                    if (ours && !info.isCluster()) {
                        Reply selected = connection.call("SELECT", Integer.toString(database));
                        Answers.accept(place, List.of(selected));
                    }
                    if (ours && holdsAny(connection)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean holdsAny(Connection connection) throws IOException {
        String cursor = ScanPage.FIRST;
        ScanPage page;
        do {
            Reply reply = connection.call("SCAN", cursor, "COUNT", "1000");
            Answers.accept(connection.address().toString(), List.of(reply));
            page = ScanPage.of(reply);
            cursor = page.cursor();
            for (byte[] key : page.keys()) {
                if (!new String(key, UTF_8).startsWith(OwnKeys.PREFIX)) {
                    return true;
                }
            }
        } while (!page.isLast());
        return false;
    }

    /// Reads the receiver's streams up to where they are now.
    ///
    /// @return false when that is not to be kept, or the task is told to stop
    private boolean readOn() throws IOException {
        boolean all = true;
        for (SiteStream stream : streams) {
            long goal;
            try (Connection connection = stream.port.open()) {
                goal = Answers.offset(connection.call("INFO", "replication"));
            }
            while (stream.offset() < goal && !stream.isFull() && !copy.isStopping()) {
                copy.keepUp();
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
            all &= stream.offset() >= goal;
        }
        return all;
    }

    private void warn(int brought, KeyId example) {
        events.accept(
                new LinkEvent.Warned(
                        streams.getFirst().place(),
                        brought
                                + " keys are only here, for example "
                                + example
                                + ": they were written here, or deleted at the other side, since the"
                                + " first copy was begun for the first time. They are brought to the"
                                + " other side",
                        "Delete those that had been deleted"));
    }
}
