package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Pair;
import io.syncline.engine.twoway.PairOptions;
import io.syncline.engine.twoway.PairStatus;
import io.syncline.engine.twoway.Parting;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.Start;
import io.syncline.engine.twoway.StreamUnit;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of a pair over real connections: the first copy if there was none, then both directions
/// until told to stop. One thread, the owner, does all of it but reading sockets.
final class PairRun implements PairRunning {
    /// Units taken from one stream before the other one has its turn.
    private static final int UNITS_A_TURN = 1_000;

    private static final long WAIT_NANOS = 20_000_000;
    private static final long MARKER_NANOS = 1_000_000_000;

    /// Between two looks whether a marker is to be written for its places alone.
    private static final long PLACES_NANOS = 250_000_000;

    /// Within which a task without writes finds that another process has taken over.
    private static final long EPOCH_NANOS = 1_000_000_000;

    /// Progress that goes without a marker: small beside the smallest backlog there is, 16 KB, and
    /// large beside a marker, which is progress, too.
    private static final long UNMARKED_LIMIT = 4 << 10;

    /// What was read and not sent, per direction; beyond it the spool holds it.
    private static final long QUEUED_LIMIT = 32 << 20;

    /// How long a stop takes at most to write down how far all is, when a site does not answer.
    private static final long MARK_NANOS = 2_000_000_000;

    /// How long a stop waits for answers that are on their way.
    private static final long STOP_NANOS = 5_000_000_000L;

    private final LinkOptions options;
    private final PairChoices choices;
    private final Consumer<LinkEvent> events;
    private final Consumer<Resolution> resolutions;
    private final List<End> ends;
    private final Valves valves;
    private final PairSites sites;
    private final Beats beats;
    private final PairBoard board;
    private final WrittenKeys written;
    private volatile @Nullable Thread owner;
    private volatile @Nullable Founding founding;
    private long markerNanos = System.nanoTime();
    private long placesNanos = markerNanos;
    private final long[] epochNanos = {markerNanos, markerNanos};

    /// What the first copy left to be copied key by key, by the side to copy it from.
    private final Map<KeyId, Site> owed = new HashMap<>();

    private boolean caughtUp;
    private volatile boolean founded;
    private boolean copied;

    PairRun(
            LinkOptions options,
            PairChoices choices,
            List<End> ends,
            Valves valves,
            Consumer<LinkEvent> events,
            Consumer<Resolution> resolutions,
            WrittenKeys written)
            throws IOException {
        this.options = options;
        this.choices = choices;
        this.events = events;
        this.resolutions = resolutions;
        this.ends = ends;
        this.valves = valves;
        this.written = written;
        this.sites = new PairSites(options, ends, events, this::wake);
        beats = new Beats(ends.stream().map(End::port).toList(), sites.streams(), options.task());
        board = new PairBoard(sites.streams(), sites.writers(), beats);
    }

    private void wake() {
        LockSupport.unpark(owner);
    }

    @Override
    public boolean isFounded() {
        return founded;
    }

    @Override
    public void stop() {
        Founding copy = founding;
        if (copy != null) {
            copy.stop();
        }
        sites.stop();
        wake();
    }

    @Override
    public LinkStatus status() {
        Founding copy = founding;
        return board.status(copy == null ? null : copy.status(), sites.retrying());
    }

    @Override
    public boolean run() throws IOException {
        owner = Thread.currentThread();
        Thread ticker = new Thread(beats, "beats");
        ticker.setDaemon(true);
        ticker.start();
        try {
            if (!found()) {
                return false;
            }
            founded = true;
            new PairDatabases(options, ends).note();
            if (options.end() == LinkOptions.End.SNAPSHOT) {
                return true;
            }
            while (!sites.isStopping()) {
                Pair pair = begin();
                if (pair == null || drive(pair)) {
                    return isDone();
                }
            }
            return false;
        } finally {
            beats.stop();
        }
    }

    private boolean isDone() {
        return caughtUp && options.end() == LinkOptions.End.CAUGHT_UP;
    }

    /// Makes the first copy, unless there was one.
    ///
    /// @return false when told to stop
    private boolean found() throws IOException {
        Marker atSource = sites.marker(0);
        Marker atTarget = sites.marker(1);
        Site from = choices.resyncFrom();
        int origin = 0;
        Marker unfinished = null;
        if (from != null) {
            origin = from.index();
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
                        options,
                        events,
                        ends.get(origin),
                        ends.get(1 - origin),
                        valves.from(ends.get(origin).site()),
                        sites.stream(1 - origin),
                        sites.stream(origin));
        founding = copy;
        if (sites.isStopping()) {
            copy.stop();
        }
        board.copying(origin);
        boolean done = copy.run(unfinished, from != null);
        owed.putAll(copy.owed());
        // Its last numbers stay.
        board.status(copy.status(), "");
        copied = true;
        founding = null;
        return done;
    }

    /// @return null when told to stop
    private @Nullable Pair begin() throws IOException {
        Start start = sites.open();
        if (start == null) {
            return null;
        }
        Pair pair =
                new Pair(
                        start,
                        new PairOptions(
                                choices.policy(),
                                true,
                                options.tuning().batchCommands(),
                                options.tuning().batchBytes(),
                                true,
                                QUEUED_LIMIT),
                        resolution -> {
                            board.resolved(resolution);
                            resolutions.accept(resolution);
                        });
        owed.forEach(pair::owe);
        return pair;
    }

    /// @return whether the run is over; false when everything must be opened anew
    private boolean drive(Pair pair) throws IOException {
        // Whoever hears that both stream, and looks, is to see it.
        for (Site site : Site.values()) {
            board.direction(site.index(), pair.status(site));
        }
        for (int i = 0; i < 2; i++) {
            events.accept(
                    new LinkEvent.PhaseEntered(
                            i, sites.stream(i).place(), Phase.STREAMING, !copied, ""));
        }
        long[] goals = {-1, -1};
        Ending ending = null;
        while (true) {
            if (ending == null && (sites.isStopping() || isDone())) {
                ending = new Ending(pair);
            }
            boolean moved = false;
            for (int i = 0; i < 2; i++) {
                moved |= read(pair, i);
                try {
                    moved |= sites.writer(i).deliver();
                    hold(pair, i);
                    if (ending == null) {
                        askEpoch(i);
                    }
                    if (ending == null || !ending.isMarked) {
                        moved |= pair.step(ends.get(i).site(), units(i));
                        moved |= pair.stepRepairs();
                    }
                    moved |= sites.writer(i).carry(pair);
                    sites.noteSuccess(i);
                } catch (IOException e) {
                    if (!reconnect(pair, i, e)) {
                        return sites.isStopping();
                    }
                    moved = true;
                }
            }
            markers(pair);
            report(pair, goals);
            if (ending != null && ending.isOver()) {
                return true;
            }
            if (!moved) {
                LockSupport.parkNanos(this, WAIT_NANOS);
            }
        }
    }

    /// The end of a run: what is under way comes in, and both markers tell how far all is.
    private final class Ending {
        private final long begun = System.nanoTime();
        private final Parting parting;
        private boolean isMarked;

        Ending(Pair pair) {
            parting = pair.part();
        }

        boolean isOver() {
            long took = System.nanoTime() - begun;
            isMarked |= parting.look() || took > MARK_NANOS;
            boolean idle = sites.writer(0).isIdle() && sites.writer(1).isIdle();
            return (isMarked && idle) || took > STOP_NANOS;
        }
    }

    /// Lets through to a site what the user lets through.
    private void hold(Pair pair, int at) {
        Site origin = ends.get(1 - at).site();
        SiteWriter writer = sites.writer(at);
        long now = System.nanoTime();
        Valve valve = valves.from(origin);
        pair.hold(origin, valve.isClosed(writer.commands(), writer.bytes(), now));
    }

    /// Most units of a transaction: a server compares each watched key with those before it.
    private int units(int at) {
        int most = valves.from(ends.get(1 - at).site()).units(options.tuning().batchCommands());
        return choices.guard() == GuardPolicy.Mode.ALWAYS
                ? sites.writer(at).pace().units(most)
                : most;
    }

    private boolean read(Pair pair, int at) throws IOException {
        Site site = ends.get(at).site();
        SiteStream stream = sites.stream(at);
        long end = Math.max(stream.receivedOffset(), beats.siteOffset(at));
        pair.stream(site, stream.streamId(), end);
        int count = 0;
        while (count < UNITS_A_TURN) {
            StreamUnit unit = stream.peek();
            if (unit == null || !pair.mayRead(site, unit)) {
                break;
            }
            pair.read(site, unit);
            written.read(unit);
            stream.taken();
            count++;
        }
        return count > 0;
    }

    /// @return whether the pair goes on as it is
    private boolean reconnect(Pair pair, int at, IOException fault) {
        Site site = ends.get(at).site();
        sites.writer(at).close();
        if (!sites.pause(at, fault)) {
            return false;
        }
        SiteWriter.Begun begun = sites.connect(at);
        if (begun == null || (begun.marker() == null && pair.isUnanswered(site))) {
            return false;
        }
        if (!pair.isAsLeft(site, begun.marker())) {
            return false;
        }
        pair.reconnected(site, begun.marker());
        return true;
    }

    private void askEpoch(int at) throws IOException {
        long now = System.nanoTime();
        if (now - epochNanos[at] >= EPOCH_NANOS) {
            epochNanos[at] = now;
            sites.writer(at).askEpoch();
        }
    }

    private void markers(Pair pair) {
        long now = System.nanoTime();
        boolean due = now - markerNanos >= MARKER_NANOS;
        // The table of copied keys goes with each marker, and may be large.
        boolean small = !pair.wantsMarkers(Site.SOURCE) && !pair.wantsMarkers(Site.TARGET);
        if (!due && (!small || now - placesNanos < PLACES_NANOS)) {
            return;
        }
        placesNanos = now;
        markerNanos = due ? now : markerNanos;
        for (Site origin : Site.values()) {
            boolean passed = due && sites.stream(origin.index()).takePassedFlush();
            if (passed || pair.wantsMarkers(origin) || pair.unmarked(origin) > UNMARKED_LIMIT) {
                pair.heartbeat(origin.other());
            }
        }
    }

    private void report(Pair pair, long[] goals) {
        boolean reached = pair.isReady();
        for (Site site : Site.values()) {
            int at = site.index();
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
        sites.close();
    }
}
