package io.syncline.engine.pair;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.twoway.PairOptions;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.SlotPairs;
import io.syncline.engine.twoway.StreamPlace;
import io.syncline.engine.twoway.StreamUnit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
    private final Beats beats;
    private final SlotBoard board;
    private final WrittenKeys written;
    private final List<SlotNode> nodes;
    private final long epoch = System.currentTimeMillis();
    private volatile @Nullable Thread owner;
    private volatile @Nullable SlotFounding founding;
    private volatile boolean founded;
    private boolean copied;
    private @Nullable SlotReports reports;

    /// @param ends of which only database 0 is synchronized
    SlotRun(
            LinkOptions options,
            PairChoices choices,
            List<End> ends,
            Consumer<LinkEvent> events,
            Consumer<Resolution> resolutions,
            WrittenKeys written)
            throws IOException {
        this.options = options;
        this.choices = choices;
        this.events = events;
        this.resolutions = resolutions;
        this.written = written;
        sites = new SlotSites(options, ends, events, this::wake);
        nodes = sites.all();
        beats =
                new Beats(
                        nodes.stream().map(SlotNode::port).toList(),
                        nodes.stream().map(SlotNode::stream).toList());
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
        return board.status(copy == null ? null : copy.status(), sites.retrying());
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
            return options.end() == LinkOptions.End.SNAPSHOT || follow(record);
        } finally {
            beats.stop();
        }
    }

    /// Makes the first copy, unless there was one.
    ///
    /// @return null when told to stop
    private @Nullable FloorRecord found() throws IOException {
        FloorRecord record = read();
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
                        options, events, sites.of(origin), sites.of(origin.other()), epoch);
        founding = copy;
        if (sites.isStopping()) {
            copy.stop();
        }
        board.copying(origin);
        FloorRecord done = copy.run(from == null ? record : null, from != null);
        // Its last numbers stay.
        board.status(copy.status(), "");
        copied = true;
        founding = null;
        return done;
    }

    /// The newer one of both sites; null when there is none.
    private @Nullable FloorRecord read() throws IOException {
        FloorRecord atSource = FloorKeys.read(sites.ports(Site.SOURCE));
        FloorRecord atTarget = FloorKeys.read(sites.ports(Site.TARGET));
        if (atSource == null || atTarget == null) {
            return atSource == null ? atTarget : atSource;
        }
        return atSource.isNewerThan(atTarget) ? atSource : atTarget;
    }

    private boolean follow(FloorRecord founded) throws IOException {
        Map<SlotNode, Long> fences = sites.begin(epoch);
        if (fences.isEmpty()) {
            return false;
        }
        // Behind the new epochs nobody else writes it.
        FloorRecord present = read();
        FloorRecord record = present == null ? founded : present;
        if (!open(record)) {
            return false;
        }
        SlotPairs pairs = pairs(record, fences);
        FloorDesk desk =
                new FloorDesk(
                        sites.ends(),
                        List.of(sites.ports(Site.SOURCE), sites.ports(Site.TARGET)),
                        this::epochOf,
                        this::wake);
        Thread writer = new Thread(desk, "floors");
        writer.setDaemon(true);
        writer.start();
        try {
            reports = new SlotReports(nodes, pairs, record, desk, board, beats, epoch, events);
            return drive(pairs, desk, reports);
        } finally {
            desk.stop();
        }
    }

    private String epochOf(Port port) {
        for (SlotNode node : nodes) {
            if (node.port().equals(port)) {
                return node.epoch();
            }
        }
        return "";
    }

    /// @return false when told to stop
    private boolean open(FloorRecord record) {
        for (Site site : Site.values()) {
            List<SlotNode> of = sites.of(site);
            List<FloorRecord.Entry> entries = record.of(site);
            if (!SlotSites.isOf(entries, of)) {
                throw new SynclineException(
                        FloorDesk.moved(of.getFirst().end(), differing(entries, of)));
            }
            for (int i = 0; i < of.size(); i++) {
                StreamPlace place = entries.get(i).place();
                SiteStream stream = of.get(i).stream();
                if (!place.equals(stream.openedAt()) && !stream.open(place)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// A slot that was with others when the record was written.
    private static int differing(List<FloorRecord.Entry> entries, List<SlotNode> of) {
        for (int i = 0; i < of.size(); i++) {
            BitSet now = of.get(i).port().slots();
            if (i < entries.size()) {
                now.xor(entries.get(i).slots());
            }
            if (!now.isEmpty()) {
                return now.nextSetBit(0);
            }
        }
        return 0;
    }

    private SlotPairs pairs(FloorRecord record, Map<SlotNode, Long> fences) {
        return new SlotPairs(
                epoch,
                record.floor(),
                begun(Site.SOURCE, fences),
                begun(Site.TARGET, fences),
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

    private List<SlotPairs.Begun> begun(Site site, Map<SlotNode, Long> fences) {
        List<SlotPairs.Begun> begun = new ArrayList<>();
        for (SlotNode node : sites.of(site)) {
            long fence = fences.getOrDefault(node, 0L);
            begun.add(new SlotPairs.Begun(node.port().slots(), fence));
        }
        return begun;
    }

    private boolean isDone() {
        SlotReports present = reports;
        return present != null
                && present.isCaughtUp()
                && options.end() == LinkOptions.End.CAUGHT_UP;
    }

    private boolean drive(SlotPairs pairs, FloorDesk desk, SlotReports reports) throws IOException {
        // Whoever hears that all stream, and looks, is to see it.
        reports.show();
        for (int i = 0; i < nodes.size(); i++) {
            events.accept(
                    new LinkEvent.PhaseEntered(
                            i, nodes.get(i).stream().place(), Phase.STREAMING, !copied, ""));
        }
        long deadline = Long.MAX_VALUE;
        while (true) {
            boolean moved = false;
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
                deadline = Math.min(deadline, System.nanoTime() + STOP_NANOS);
                boolean idle = nodes.stream().allMatch(SlotNode::isIdle);
                if (idle || System.nanoTime() - deadline > 0) {
                    return isDone();
                }
            }
            if (!moved) {
                LockSupport.parkNanos(this, WAIT_NANOS);
            }
        }
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
            int stray = pairs.strayOf(site, index, unit);
            if (stray >= 0) {
                throw new SynclineException(FloorDesk.moved(node.end(), stray));
            }
            if (!pairs.mayRead(site, index, unit)) {
                break;
            }
            if (unit.kind() == StreamUnit.Kind.LOCAL) {
                told.localRead();
            }
            if (SlotPairs.isFlush(unit)) {
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
                    FlushedKeys.find(node.port().slots(), sites.ports(node.site().other()));
            pairs.readFlush(
                    node.site(), node.index(), unit, slot -> present.getOrDefault(slot, List.of()));
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
            return node.carry(pairs, sites.isStopping()) || moved;
        } catch (IOException e) {
            if (!sites.isStopping()) {
                node.lost(e);
            }
            return true;
        }
    }

    private boolean back(SlotPairs pairs, SlotNode node) {
        try {
            String value = epoch + "." + node.site() + "." + System.nanoTime();
            List<Integer> unanswered = pairs.unanswered(node.site(), node.index());
            SlotNode.Begun begun = node.begin(value, unanswered);
            if (begun.markers().size() < unanswered.size()) {
                // A flush took them, or nothing was ever written there.
                System.getLogger(SlotRun.class.getName())
                        .log(System.Logger.Level.DEBUG, "slots without a marker at " + node.site());
            }
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
