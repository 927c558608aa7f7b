package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Start;
import io.syncline.engine.twoway.StreamPlace;
import io.syncline.engine.twoway.StreamUnit;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Both sites of a run: their streams, their writers, and the ways to get back to one that is away.
/// Site 0 is the source, site 1 the target. Owner thread only, but for [#stop].
final class PairSites implements Closeable {
    private static final long WAIT_NANOS = 20_000_000;

    private final Consumer<LinkEvent> events;
    private final List<End> ends;
    private final List<SiteStream> streams = new ArrayList<>();
    private final List<SiteWriter> writers = new ArrayList<>();
    private final List<PairRetries> retries = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private long epoch;

    PairSites(LinkOptions options, List<End> ends, Consumer<LinkEvent> events, Runnable wake)
            throws IOException {
        this.events = events;
        this.ends = ends;
        List<ServerInfo> infos = List.of(ends.get(0).info(), ends.get(1).info());
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            End mine = ends.get(i);
            End theirs = ends.get(other);
            PairRetries listener = new PairRetries(i, mine.side(), options.retry(), events);
            Outgoing fromHere = new Outgoing(options, mine, infos.get(i), theirs, infos.get(other));
            Outgoing toHere = new Outgoing(options, theirs, infos.get(other), mine, infos.get(i));
            retries.add(listener);
            streams.add(
                    new SiteStream(
                            mine, mine.port(), 0, infos.get(i), options, fromHere, listener, wake));
            writers.add(
                    new SiteWriter(
                            mine,
                            mine.port(),
                            infos.get(i),
                            toHere,
                            options.tuning().answerLimit(),
                            wake));
        }
    }

    SiteStream stream(int site) {
        return streams.get(site);
    }

    SiteWriter writer(int site) {
        return writers.get(site);
    }

    List<SiteStream> streams() {
        return streams;
    }

    List<SiteWriter> writers() {
        return writers;
    }

    /// What is being retried now, or empty. From any thread.
    String retrying() {
        return (retries.get(0).text() + retries.get(1).text()).strip();
    }

    /// From any thread.
    void stop() {
        stopping.countDown();
        streams.forEach(stream -> stream.receiver().abort());
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /// The marker that stands at a site; null for none.
    @Nullable Marker marker(int site) throws IOException {
        End end = ends.get(site);
        try (Connection connection = end.open()) {
            String place = connection.address().toString();
            Reply selected = connection.call("SELECT", Integer.toString(end.keys().database()));
            Answers.accept(place, List.of(selected));
            return Answers.marker(
                    place, connection.call("GET".getBytes(UTF_8), end.keys().marker()));
        }
    }

    /// Opens everything behind new epochs.
    ///
    /// @return where the pair begins; null when told to stop
    @Nullable Start open() throws IOException {
        epoch = Math.max(epoch + 1, System.currentTimeMillis());
        SiteWriter.Begun source = connect(0);
        SiteWriter.Begun target = source == null ? null : connect(1);
        if (source == null || target == null) {
            return null;
        }
        streams.get(0).presentAt(source.offset(), events);
        streams.get(1).presentAt(target.offset(), events);
        Start start = new Start(epoch, side(0, source, target), side(1, target, source));
        requireKnown(0, source.history(), start);
        requireKnown(1, target.history(), start);
        for (End end : ends) {
            StreamPlace place = start.readFrom(end.site());
            SiteStream stream = streams.get(end.site().index());
            Marker done = start.side(end.site().other()).marker();
            stream.settled(done == null ? 0 : done.through().offset());
            if (!stream.isOpenAt(place) && !stream.open(place)) {
                return null;
            }
        }
        return start;
    }

    /// What the other site has of this one must still be in this one's stream: where a failover
    /// lost it, the places to read from may lie before that, and nothing else would tell.
    private void requireKnown(int site, History history, Start start) {
        End end = ends.get(site);
        Marker done = start.side(end.site().other()).marker();
        Marker knew = start.side(end.site()).marker();
        boolean held = done == null || history.holdsAllOf(done);
        if (!held || (knew != null && !history.holds(knew.known()))) {
            StreamPlace last = done == null ? StreamPlace.BEGINNING : done.through();
            throw streams.get(site).gap(last.stream() + ":" + last.offset());
        }
    }

    private Start.Side side(int site, SiteWriter.Begun mine, SiteWriter.Begun theirs)
            throws IOException {
        Marker marker = mine.marker();
        Marker other = theirs.marker();
        if (marker == null) {
            marker = recovered(site, other, mine.offset());
        }
        StreamPlace begin = other == null ? StreamPlace.BEGINNING : other.through();
        return new Start.Side(marker, begin, mine.offset());
    }

    /// A flush wiped the marker at one site: the last one in its stream counts, or the copy that
    /// travelled with the other's.
    private Marker recovered(int site, @Nullable Marker other, long fence) throws IOException {
        Marker found = other == null ? null : other.peer();
        SiteStream stream = streams.get(site);
        if (other != null && stream.open(other.through())) {
            long offset = other.through().offset();
            while (offset < fence && !isStopping()) {
                StreamUnit unit = stream.peek();
                if (unit == null) {
                    LockSupport.parkNanos(this, WAIT_NANOS);
                    continue;
                }
                found = unit.marker() != null ? unit.marker() : found;
                offset = unit.offset();
                stream.taken();
            }
            stream.forget();
        }
        if (found == null) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    stream.place(),
                    "the task's own key is gone and nothing tells how far this side is",
                    "Start once with --resync-from source or --resync-from target");
        }
        return found;
    }

    /// Connects to a site for writing, trying again as long as the options allow.
    ///
    /// @return null when told to stop
    SiteWriter.@Nullable Begun connect(int site) {
        while (true) {
            try {
                SiteWriter.Begun begun =
                        writers.get(site).connect(epoch + "." + site + "." + System.nanoTime());
                retries.get(site).connected();
                return begun;
            } catch (IOException e) {
                if (!pause(site, e)) {
                    return null;
                }
            }
        }
    }

    /// Waits before the next try.
    ///
    /// @return false when told to stop
    boolean pause(int site, IOException reason) {
        String place = ends.get(site).instance().endpoint().addresses().getFirst().toString();
        long delay = retries.get(site).again(place, reason);
        try {
            return !stopping.await(delay, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void noteSuccess(int site) {
        retries.get(site).succeeded(writers.get(site).transactions());
    }

    @Override
    public void close() {
        writers.forEach(SiteWriter::close);
        streams.forEach(SiteStream::close);
    }
}
