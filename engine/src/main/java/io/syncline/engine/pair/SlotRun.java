package io.syncline.engine.pair;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.twoway.JobMark;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.PairOptions;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.SlotPairs;
import io.syncline.engine.twoway.StreamUnit;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of a pair of which at least one side is a cluster: the first copy if there was none,
/// then every slot both ways until told to stop. One thread, the owner, does all of it but reading
/// sockets.
final class SlotRun implements PairRunning {
    /// Units taken from one stream before the next one has its turn.
    private static final int UNITS_A_TURN = 256;

    private static final long WAIT_NANOS = 20_000_000;

    /// What was read and not sent, per primary; beyond it the spool holds it.
    private static final long QUEUED_LIMIT = 32 << 20;

    /// How long a stop waits for answers that are on their way.
    private static final long STOP_NANOS = 5_000_000_000L;

    private final LinkOptions options;
    private final PairChoices choices;
    private final Consumer<LinkEvent> events;
    private final Consumer<Resolution> resolutions;
    private final SlotSites sites;
    private final Valves valves;
    private final Beats beats;
    private final SlotBoard board;
    private final WrittenKeys written;
    private final List<SlotNode> nodes;
    private final List<SlotWatch> watches = new CopyOnWriteArrayList<>();
    private final long epoch = System.currentTimeMillis();
    private volatile @Nullable Thread owner;
    private volatile @Nullable SlotFounding founding;

    private volatile boolean founded;
    private boolean copied;
    private Map<KeyId, Site> owed = Map.of();
    private boolean ended;
    private @Nullable SlotReports reports;
    private LostTails tails;
    private final FlushesBesideJobs beside;

    /// @param ends of which only database 0 is synchronized
    SlotRun(
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
        this.written = written;
        this.valves = valves;
        sites = new SlotSites(options, ends, FloorKeys.newest(ends), events, this::wake);
        nodes = sites.all();
        tails = new LostTails(sites, Map.of());
        beside = new FlushesBesideJobs(events);
        beats = sites.beats(options.task());
        board = new SlotBoard(sites, beats);
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
        SlotFounding copy = founding;
        if (copy != null) {
            copy.stop();
        }
        sites.stop();
        wake();
    }

    @Override
    public LinkStatus status() {
        SlotFounding copy = founding;
        return board.status(copy == null ? null : copy.status(), waiting());
    }

    /// What is tried again, or waited for.
    private String waiting() {
        StringBuilder text = new StringBuilder(sites.retrying());
        for (SlotWatch watch : watches) {
            text.append(text.isEmpty() || watch.waiting().isEmpty() ? "" : "; ");
            text.append(watch.waiting());
        }
        return text.toString();
    }

    @Override
    public boolean run() throws IOException {
        owner = Thread.currentThread();
        Thread ticker = new Thread(beats, "beats");
        ticker.setDaemon(true);
        ticker.start();
        try {
            FloorRecord record = found();
            if (record == null) {
                return false;
            }
            founded = true;
            requireEpochs();
            return options.end() == LinkOptions.End.SNAPSHOT || follow(record);
        } finally {
            beats.stop();
        }
    }

    /// Makes the first copy, unless there was one.
    ///
    /// @return null when told to stop
    private @Nullable FloorRecord found() throws IOException {
        FloorRecord record = FloorKeys.newest(sites.ends());
        Site from = choices.resyncFrom();
        if (from == null && record != null && record.state() == FloorRecord.State.READY) {
            return record;
        }
        Site origin =
                from != null
                        ? from
                        : record != null && record.state() == FloorRecord.State.FROM_TARGET
                                ? Site.TARGET
                                : Site.SOURCE;
        SlotFounding copy =
                new SlotFounding(
                        options,
                        events,
                        sites.of(origin),
                        sites.of(origin.other()),
                        valves.from(origin),
                        epoch);
        founding = copy;
        if (sites.isStopping()) {
            copy.stop();
        }
        board.copying(origin);
        FloorRecord done = copy.run(from == null ? record : null, from != null);
        // Its last numbers stay.
        board.status(copy.status(), "");
        owed = copy.owed();
        copied = true;
        founding = null;
        return done;
    }

    /// While the first copy was made, the slot of a primary's epoch may have moved away.
    private void requireEpochs() throws IOException {
        for (End end : sites.ends()) {
            if (copied && end.instance().isCluster()) {
                try (SlotsAtRest slots = new SlotsAtRest(sites.of(end.site()))) {
                    slots.requireEpochs();
                }
            }
        }
    }

    private boolean follow(FloorRecord founded) throws IOException {
        Map<SlotNode, SlotNode.Begun> fences = sites.begin(epoch);
        if (fences.isEmpty()) {
            return false;
        }
        // Behind the new epochs nobody else writes it.
        FloorRecord present = FloorKeys.newest(sites.ends());
        FloorRecord record =
                new SlotOpening(sites, epoch, options.task())
                        .open(present == null ? founded : present);
        if (record == null) {
            return false;
        }
        SlotPairs pairs = pairs(record, fences);
        // What the first copy left to be copied key by key.
        owed.forEach(pairs::owe);
        tails = new LostTails(sites, fences);
        FloorDesk desk = new FloorDesk(sites.ends(), record, this::wake);
        desk.start();
        try {
            reports = new SlotReports(nodes, pairs, record, desk, board, beats, epoch, events);
            return drive(pairs, desk, reports);
        } finally {
            desk.stop();
            watches.forEach(SlotWatch::stop);
        }
    }

    private SlotPairs pairs(FloorRecord record, Map<SlotNode, SlotNode.Begun> fences) {
        return new SlotPairs(
                epoch,
                record.floor(),
                fences(Site.SOURCE, fences),
                fences(Site.TARGET, fences),
                SlotNode.LANES,
                new PairOptions(
                        choices.policy(),
                        true,
                        options.tuning().batchCommands(),
                        options.tuning().batchBytes(),
                        false,
                        QUEUED_LIMIT),
                resolution -> {
                    board.resolved(resolution);
                    resolutions.accept(resolution);
                });
    }

    private List<Long> fences(Site site, Map<SlotNode, SlotNode.Begun> fences) {
        return sites.of(site).stream()
                .map(fences::get)
                .map(begun -> begun == null ? 0L : begun.offset())
                .toList();
    }

    private boolean isDone() {
        SlotReports present = reports;
        return present != null
                && present.isCaughtUp()
                && options.end() == LinkOptions.End.CAUGHT_UP;
    }

    private boolean drive(SlotPairs pairs, FloorDesk desk, SlotReports reports) throws IOException {
        for (End end : sites.ends()) {
            if (end.instance().isCluster()) {
                SlotWatch watch = new SlotWatch(sites.of(end.site()), events, this::wake);
                watches.add(watch);
                watch.start();
            }
        }
        // Whoever hears that all stream, and looks, is to see it.
        reports.show();
        for (int i = 0; i < nodes.size(); i++) {
            events.accept(
                    new LinkEvent.PhaseEntered(
                            i, nodes.get(i).stream().place(), Phase.STREAMING, !copied, ""));
        }
        long deadline = Long.MAX_VALUE;
        while (true) {
            boolean moved = slots(pairs, desk);
            valves.hold(pairs, sites);
            for (SlotNode node : nodes) {
                moved |= read(pairs, node, reports);
                moved |= write(pairs, node);
            }
            Failure why = desk.failure();
            if (why != null) {
                throw new SynclineException(why);
            }
            reports.look();
            if (sites.isStopping() || isDone()) {
                ended = ended || reports.isLastFloorOffered();
                deadline = Math.min(deadline, System.nanoTime() + STOP_NANOS);
                boolean idle = ended && nodes.stream().allMatch(SlotNode::isIdle);
                if (idle || System.nanoTime() - deadline > 0) {
                    return isDone();
                }
            }
            if (!moved) {
                LockSupport.parkNanos(this, WAIT_NANOS);
            }
        }
    }

    // ---- slots that move ----

    private boolean slots(SlotPairs pairs, FloorDesk desk) throws PrimariesChangedException {
        for (SlotWatch watch : watches) {
            watch.look(pairs, desk.written());
        }
        boolean any = pairs.settle();
        SlotPairs.Lost lost = pairs.lost();
        if (lost != null) {
            End end = sites.ends().get(lost.site().index());
            throw new SynclineException(FloorDesk.moved(end, lost.slot()));
        }
        return any;
    }

    // ---- reading ----

    private boolean read(SlotPairs pairs, SlotNode node, SlotReports told) throws IOException {
        Site site = node.site();
        int index = node.index();
        SiteStream stream = node.stream();
        pairs.stream(site, index, stream.streamId());
        int count = 0;
        while (count < UNITS_A_TURN) {
            StreamUnit unit = stream.peek();
            if (unit == null) {
                break;
            }
            tails.refuse(node, unit);
            if (!pairs.mayRead(site, index, unit)) {
                break;
            }
            if (unit.kind() == StreamUnit.Kind.LOCAL) {
                told.localRead();
            }
            JobMark job = unit.job();
            if (job != null) {
                beside.moved(node);
                pairs.readJob(site, index, unit, job, sites.indexOf(site, job.source()));
            } else if (SlotPairs.isFlush(unit)) {
                if (!flush(pairs, node, unit)) {
                    break;
                }
            } else {
                pairs.read(site, index, unit);
                written.read(unit);
            }
            stream.taken();
            count++;
        }
        return count > 0;
    }

    /// @return false when it has to be tried again
    private boolean flush(SlotPairs pairs, SlotNode node, StreamUnit unit) {
        try {
            Map<Integer, Collection<byte[]>> present =
                    FlushedKeys.find(
                            pairs.flushed(node.site(), node.index()),
                            sites.ports(node.site().other()));
            pairs.readFlush(
                    node.site(), node.index(), unit, slot -> present.getOrDefault(slot, List.of()));
            beside.flushed(node);
            return true;
        } catch (IOException e) {
            // The lanes meet the same fault, and give up when it lasts.
            System.getLogger(SlotRun.class.getName())
                    .log(System.Logger.Level.DEBUG, "looking for what a flush deletes", e);
            return false;
        }
    }

    // ---- writing ----

    private boolean write(SlotPairs pairs, SlotNode node) {
        if (node.isAway()) {
            return !sites.isStopping() && node.isDue() && back(pairs, node);
        }
        try {
            boolean moved = node.deliver();
            return node.carry(pairs, ended) || moved;
        } catch (IOException e) {
            if (!sites.isStopping()) {
                node.lost(e);
            }
            ended |= sites.isStopping();
            return true;
        }
    }

    private boolean back(SlotPairs pairs, SlotNode node) {
        try {
            String value = epoch + "." + node.site() + "." + System.nanoTime();
            List<Integer> unanswered = pairs.unanswered(node.site(), node.index());
            // Where a marker is missing, a flush took it, or nothing was ever written.
            SlotNode.Begun begun = node.begin(value, unanswered);
            pairs.reconnected(node.site(), node.index(), begun.markers());
        } catch (IOException e) {
            node.lost(e);
        }
        return true;
    }

    @Override
    public void close() {
        sites.close();
    }
}
