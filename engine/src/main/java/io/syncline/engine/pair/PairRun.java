package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Pair;
import io.syncline.engine.twoway.PairOptions;
import io.syncline.engine.twoway.PairStatus;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.Start;
import io.syncline.engine.twoway.StreamPlace;
import io.syncline.engine.twoway.StreamUnit;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of a pair over real connections: the first copy if there was none, then both directions
/// until told to stop. One thread, the owner, does all of it but reading sockets.
final class PairRun implements Closeable {
    /// Units taken from one stream before the other one has its turn.
    private static final int UNITS_A_TURN = 1_000;

    private static final long WAIT_NANOS = 20_000_000;
    private static final long MARKER_NANOS = 1_000_000_000;

    /// Progress without local writes that goes without a marker: small beside any backlog.
    private static final long UNMARKED_LIMIT = 64 << 10;

    /// What was read and not sent, per direction; beyond it the spool holds it.
    private static final long QUEUED_LIMIT = 64 << 20;

    /// How long a stop waits for answers that are on their way.
    private static final long STOP_NANOS = 5_000_000_000L;

    private final LinkOptions options;
    private final PairChoices choices;
    private final Consumer<LinkEvent> events;
    private final Consumer<Resolution> resolutions;
    private final List<End> ends;
    private final List<SiteStream> streams = new ArrayList<>();
    private final List<SiteWriter> writers = new ArrayList<>();
    private final List<Retries> retries = new ArrayList<>();
    private final Beats beats;
    private final PairBoard board;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final @Nullable Backoff[] backoffs = new Backoff[2];
    private final long[] transactions = new long[2];
    private volatile @Nullable Thread owner;
    private volatile @Nullable Founding founding;
    private long epochs;
    private long markerNanos = System.nanoTime();
    private boolean caughtUp;

    PairRun(
            LinkOptions options,
            PairChoices choices,
            List<End> ends,
            Consumer<LinkEvent> events,
            Consumer<Resolution> resolutions)
            throws IOException {
        this.options = options;
        this.choices = choices;
        this.events = events;
        this.resolutions = resolutions;
        this.ends = ends;
        List<ServerInfo> infos = List.of(ends.get(0).info(), ends.get(1).info());
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            Retries mine = new Retries(i);
            retries.add(mine);
            streams.add(
                    new SiteStream(
                            ends.get(i),
                            infos.get(i),
                            options,
                            new Outgoing(
                                    options,
                                    ends.get(i),
                                    infos.get(i),
                                    ends.get(other),
                                    infos.get(other)),
                            mine,
                            this::wake));
            writers.add(
                    new SiteWriter(
                            ends.get(i),
                            infos.get(i),
                            new Outgoing(
                                    options,
                                    ends.get(other),
                                    infos.get(other),
                                    ends.get(i),
                                    infos.get(i)),
                            options.tuning().answerLimit(),
                            this::wake));
        }
        beats = new Beats(ends, streams);
        board = new PairBoard(streams, writers, beats);
    }

    private void wake() {
        LockSupport.unpark(owner);
    }

    /// From any thread.
    void stop() {
        stopping.countDown();
        Founding copy = founding;
        if (copy != null) {
            copy.stop();
        }
        streams.forEach(stream -> stream.receiver().abort());
        wake();
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /// The numbers of this moment. From any thread.
    LinkStatus status() {
        Founding copy = founding;
        return board.status(
                copy == null ? null : copy.status(),
                retries.get(0).text() + retries.get(1).text());
    }

    /// @return whether it ended by itself, as the options say
    boolean run() throws IOException {
        owner = Thread.currentThread();
        Thread ticker = new Thread(beats, "beats");
        ticker.setDaemon(true);
        ticker.start();
        try {
            if (!found()) {
                return false;
            }
            if (options.end() == LinkOptions.End.SNAPSHOT) {
                return true;
            }
            while (!isStopping()) {
                Pair pair = begin();
                if (pair == null || drive(pair)) {
                    return caughtUp && options.end() == LinkOptions.End.CAUGHT_UP;
                }
            }
            return false;
        } finally {
            beats.stop();
        }
    }

    private @Nullable Marker marker(int site) throws IOException {
        try (Connection connection = ends.get(site).open()) {
            Answers.accept(
                    connection.address().toString(),
                    List.of(
                            connection.call(
                                    "SELECT",
                                    Integer.toString(ends.get(site).keys().database()))));
            Reply reply =
                    connection.call(
                            "GET".getBytes(UTF_8),
                            ends.get(site).keys().marker());
            return Answers.marker(connection.address().toString(), reply);
        }
    }

    /// Makes the first copy, unless there was one.
    ///
    /// @return false when told to stop
    private boolean found() throws IOException {
        Marker atSource = marker(0);
        Marker atTarget = marker(1);
        Site from = choices.resyncFrom();
        int origin = 0;
        Marker unfinished = null;
        if (from != null) {
            origin = from.ordinal();
        } else if (atSource != null && atSource.isUnfinished()) {
            unfinished = atSource;
        } else if (atTarget != null && atTarget.isUnfinished()) {
            unfinished = atTarget;
            origin = 1;
        } else if (atSource != null || atTarget != null) {
            return true;
        }
        Founding copy =
                new Founding(
                        options, events, ends.get(origin), ends.get(1 - origin),
                        streams.get(1 - origin));
        founding = copy;
        if (isStopping()) {
            copy.stop();
        }
        board.copying(origin);
        boolean done = copy.run(unfinished, from != null);
        founding = null;
        return done;
    }

    /// Opens everything behind new epochs.
    ///
    /// @return null when told to stop
    private @Nullable Pair begin() throws IOException {
        epochs = Math.max(epochs + 1, System.currentTimeMillis());
        SiteWriter.Begun[] begun = new SiteWriter.Begun[2];
        for (int i = 0; i < 2; i++) {
            SiteWriter.Begun made = connect(i);
            if (made == null) {
                return null;
            }
            begun[i] = made;
        }
        Start.Side[] sides = new Start.Side[2];
        for (int i = 0; i < 2; i++) {
            Marker marker = begun[i].marker();
            Marker other = begun[1 - i].marker();
            if (marker == null) {
                marker = recovered(i, other, begun[i].offset());
            }
            sides[i] =
                    new Start.Side(
                            marker,
                            other == null ? StreamPlace.BEGINNING : other.through(),
                            begun[i].offset());
        }
        Start start = new Start(epochs, sides[0], sides[1]);
        for (Site site : Site.values()) {
            StreamPlace place = start.readFrom(site);
            SiteStream stream = streams.get(site.ordinal());
            if (!stream.isOpenAt(place) && !stream.open(place)) {
                return null;
            }
        }
        return new Pair(
                start,
                new PairOptions(
                        choices.policy(),
                        true,
                        options.tuning().batchCommands(),
                        options.tuning().batchBytes(),
                        QUEUED_LIMIT),
                resolution -> {
                    board.resolved(resolution);
                    resolutions.accept(resolution);
                });
    }

    /// A flush wiped the marker at one site: the last one in its stream counts, or the copy that
    /// travelled with the other's.
    private Marker recovered(int site, @Nullable Marker other, long fence) throws IOException {
        Marker found = other == null ? null : other.peer();
        if (other != null && streams.get(site).open(other.through())) {
            SiteStream stream = streams.get(site);
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
        }
        if (found == null) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    streams.get(site).place(),
                    "the task's own key is gone and nothing tells how far this side is",
                    "Start once with --resync-from source or --resync-from target");
        }
        return found;
    }

    /// Connects to a site for writing, trying again as long as the options allow.
    private SiteWriter.@Nullable Begun connect(int site) {
        while (true) {
            try {
                SiteWriter.Begun begun =
                        writers.get(site).connect(epochs + "." + site + "." + System.nanoTime());
                retries.get(site).connected();
                return begun;
            } catch (IOException e) {
                if (!pause(site, e)) {
                    return null;
                }
            }
        }
    }

    /// @return false when told to stop
    private boolean pause(int site, IOException reason) {
        long now = System.nanoTime();
        Backoff backoff = backoffs[site];
        if (backoff == null) {
            backoff = new Backoff(options.retry(), now);
            backoffs[site] = backoff;
        }
        long delay = backoff.next(now);
        String text = reason.getMessage() == null ? reason.toString() : reason.getMessage();
        String place = ends.get(site).instance().endpoint().addresses().getFirst().toString();
        if (delay < 0) {
            throw new SynclineException(
                    ErrorCode.RETRY_EXHAUSTED,
                    place,
                    "the instance takes no writes: " + text,
                    "Bring it back and start the task again: it goes on where it stopped");
        }
        retries.get(site).retrying(place, backoff.count(), backoff.elapsed(now), text);
        try {
            return !stopping.await(delay, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// @return whether the run is over; false when everything must be opened anew
    private boolean drive(Pair pair) throws IOException {
        for (int i = 0; i < 2; i++) {
            events.accept(
                    new LinkEvent.PhaseEntered(
                            i, ends.get(i).site().name(), Phase.STREAMING, true, ""));
        }
        long[] goals = {-1, -1};
        long deadline = Long.MAX_VALUE;
        while (true) {
            boolean moved = false;
            for (int i = 0; i < 2; i++) {
                moved |= read(pair, i);
                try {
                    moved |= writers.get(i).deliver();
                    if (!isStopping()) {
                        moved |= pair.step(Site.values()[i]);
                        moved |= pair.stepRepairs();
                    }
                    moved |= writers.get(i).carry(pair);
                    settled(i);
                } catch (IOException e) {
                    if (!reconnect(pair, i, e)) {
                        return isStopping();
                    }
                    moved = true;
                }
            }
            markers(pair);
            report(pair, goals);
            if (isStopping() || caughtUp && options.end() == LinkOptions.End.CAUGHT_UP) {
                deadline = Math.min(deadline, System.nanoTime() + STOP_NANOS);
                boolean idle = writers.get(0).isIdle() && writers.get(1).isIdle();
                if (idle || System.nanoTime() - deadline > 0) {
                    return true;
                }
            }
            if (!moved) {
                LockSupport.parkNanos(this, WAIT_NANOS);
            }
        }
    }

    private boolean read(Pair pair, int at) throws IOException {
        Site site = Site.values()[at];
        SiteStream stream = streams.get(at);
        pair.stream(site, stream.streamId());
        int count = 0;
        while (count < UNITS_A_TURN) {
            StreamUnit unit = stream.peek();
            if (unit == null || !pair.mayRead(site, unit)) {
                break;
            }
            pair.read(site, unit);
            stream.taken();
            count++;
        }
        return count > 0;
    }

    /// Transactions succeed again: the next fault starts from the shortest wait.
    private void settled(int site) {
        long now = writers.get(site).transactions();
        if (now != transactions[site]) {
            transactions[site] = now;
            backoffs[site] = null;
        }
    }

    /// @return whether the pair goes on as it is
    private boolean reconnect(Pair pair, int at, IOException fault) {
        Site site = Site.values()[at];
        writers.get(at).close();
        if (!pause(at, fault)) {
            return false;
        }
        SiteWriter.Begun begun = connect(at);
        if (begun == null || begun.marker() == null && pair.isUnanswered(site)) {
            return false;
        }
        pair.reconnected(site, begun.marker());
        return true;
    }

    private void markers(Pair pair) {
        long now = System.nanoTime();
        if (now - markerNanos < MARKER_NANOS) {
            return;
        }
        markerNanos = now;
        for (Site origin : Site.values()) {
            if (pair.wantsMarkers(origin) || pair.unmarked(origin) > UNMARKED_LIMIT) {
                pair.heartbeat(origin.other());
            }
        }
    }

    private void report(Pair pair, long[] goals) {
        boolean reached = pair.isReady();
        for (Site site : Site.values()) {
            int at = site.ordinal();
            PairStatus status = pair.status(site);
            board.direction(at, status);
            beats.acknowledge(at, status.acknowledged());
            if (goals[at] < 0) {
                goals[at] = beats.siteOffset(at);
            }
            reached &= goals[at] >= 0 && status.acknowledged() >= goals[at];
        }
        if (reached && !caughtUp) {
            caughtUp = true;
            events.accept(new LinkEvent.CaughtUp());
        }
    }

    @Override
    public void close() {
        writers.forEach(SiteWriter::close);
        streams.forEach(SiteStream::close);
    }

    /// Turns retries into events and into what the status shows.
    private final class Retries implements RetryListener {
        private final int site;
        private volatile String text = "";

        Retries(int site) {
            this.site = site;
        }

        String text() {
            return text;
        }

        void connected() {
            text = "";
        }

        @Override
        public void retrying(String place, int count, Duration elapsed, String reason) {
            text = place + ": " + reason + " ";
            events.accept(
                    new LinkEvent.Retrying(
                            site, side(), place, count, elapsed, options.retry(), reason));
        }

        private LinkEvent.Side side() {
            return site == 0 ? LinkEvent.Side.SOURCE : LinkEvent.Side.TARGET;
        }

        @Override
        public void recovered(String place, Duration away) {
            text = "";
            events.accept(new LinkEvent.Recovered(site, side(), place, away));
        }
    }
}
