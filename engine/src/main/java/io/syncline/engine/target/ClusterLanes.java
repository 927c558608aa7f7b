package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.Merger;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.ErrorKind;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Sends a cluster writer's batches and takes in their answers: what to do when a node answers that
/// a slot is elsewhere, is away, or refuses.
final class ClusterLanes {
    private static final long WAIT_NANOS = 20_000_000;

    /// A node with so much to do need not get more at once: what comes meanwhile is gathered, since
    /// fewer and larger units cost the node less. A matter of a millisecond or two to a node
    /// nearby.
    private static final int ENOUGH_BYTES = 512 << 10;

    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final SlotBatches batches;
    private final FloorKeeper floor;
    private final NodeLanes nodes;
    private final LaneReports reports;
    private final ArrayDeque<Discarded> discarded = new ArrayDeque<>();
    private final Repeats waiting;
    private final BatchSender sender = new Sender();
    private final Outages outages;
    private final FloorRounds rounds;
    private final Standing standing;
    private boolean redirected;

    ClusterLanes(
            WriterSettings settings, TargetDialer dialer, SlotBatches batches, FloorKeeper floor) {
        this.settings = settings;
        this.dialer = dialer;
        this.batches = batches;
        this.floor = floor;
        this.reports = new LaneReports(settings);
        this.nodes = new NodeLanes(settings, reports, floor::verify);
        this.waiting = new Repeats(batches.ofSnapshot(), nodes);
        this.outages = new Outages(dialer);
        this.rounds = new FloorRounds(settings, nodes, floor);
        this.standing = new Standing(settings, dialer, batches, floor, nodes, this::connectAll);
    }

    String place() {
        return nodes.place();
    }

    void abort() {
        dialer.abort();
    }

    void close() {
        dialer.abort();
        nodes.close();
    }

    NodeLane laneOf(int slot) {
        return nodes.of(slot);
    }

    // ---- starting ----

    /// Opens a lane to every primary, trying again within the retry time. What lanes that are
    /// broken had on their way is forgotten.
    void connectAll() {
        Backoff backoff = dialer.backoff();
        while (true) {
            try {
                ClusterMap map = settings.instance().clusterMap();
                nodes.outdated(map).forEach(nodes::stop);
                adopt(map);
                dialer.recovered(backoff);
                return;
            } catch (IOException e) {
                dialer.pause(backoff, e);
            }
        }
    }

    private void adopt(ClusterMap map) throws IOException {
        rounds.lanesChanged();
        nodes.adopt(map);
    }

    /// How far the target is, by its own words.
    Standing standing() {
        return standing;
    }

    /// Lets all nodes write a floor in a while.
    void offerFloor(Checkpoint next) {
        rounds.offer(next);
    }

    /// Writes a floor before anything else happens: to the nodes, then the pipeline's.
    ///
    /// @return false, and nothing is written, when the floor that stands is ahead of it
    boolean writeFloor(Checkpoint next) throws RewindException {
        if (floor.isBehind(next)) {
            return false;
        }
        while (true) {
            Floor done = rounds.done(next);
            if (done != null) {
                floor.writeNow(done);
                return true;
            }
            if (!rounds.isRunning() && outages.isDue()) {
                rounds.begin(next);
            }
            awaitAnswers();
            check();
        }
    }

    /// Lets the marks of all slots expire: the floor says the same as they all do. Not at once,
    /// since a failover of the floor's node may still lose its newest state, and then the marks are
    /// needed. What fails here stays behind until the task is swept.
    void expireMarks() {
        if (nodes.fault() != null) {
            return;
        }
        Map<NodeLane, Batch> expiries = new LinkedHashMap<>();
        settings.written().stream()
                .forEach(slot ->
                        batches.marks()
                                .expire(
                                        slot,
                                        expiries.computeIfAbsent(
                                                nodes.of(slot),
                                                lane -> new Batch(Merger.Rules.NONE))));
        expiries.forEach((lane, batch) -> {
            batch.unit(batch.commandCount, Batch.PLAIN);
            lane.send(batch);
        });
        nodes.all().forEach(NodeLane::settle);
    }

    /// Waits until nothing is on its way, and forgets what became of it: before offsets count anew.
    void settle() {
        for (NodeLane lane : nodes.all()) {
            lane.settle();
        }
        if (nodes.fault() != null) {
            // Another lane to the same node closes the broken one there: nothing of it comes late.
            connectAll();
        }
        reports.clear();
        discarded.clear();
        waiting.clear();
        outages.clear();
        rounds.forget();
        redirected = false;
    }

    // ---- sending ----

    void sendReady() {
        boolean repeat = outages.isDue();
        if (repeat) {
            waiting.appendAll();
        }
        batches.ready(sender, slot -> repeat && outages.isDue(slot));
    }

    private final class Sender implements BatchSender {
        @Override
        public NodeLane laneOf(int slot) {
            return nodes.of(slot);
        }

        @Override
        public boolean hasRoom(NodeLane lane) {
            return lane.roomBytes(batches.isGathered() ? 0 : ENOUGH_BYTES) > 0;
        }

        @Override
        public void send(Batch batch, NodeLane lane) {
            lane.send(batch);
        }
    }

    /// Bytes of commands that wait to be sent again.
    long waitingBytes() {
        return waiting.bytes();
    }

    boolean isIdle() {
        return waiting.isEmpty();
    }

    /// Waits a little for answers.
    ///
    /// @throws StoppedException when told to stop while a node takes no writes
    void awaitAnswers() {
        if (outages.isWaiting() && dialer.isStopping()) {
            throw new StoppedException();
        }
        if (reports.isEmpty() && discarded.isEmpty()) {
            LockSupport.parkNanos(this, WAIT_NANOS);
        }
    }

    // ---- answers ----

    /// Takes in what the lanes' readers report, and mends lanes that broke.
    void check() throws RewindException {
        boolean progress = takeReports();
        for (Discarded one = discarded.poll(); one != null; one = discarded.poll()) {
            takeBack(one);
        }
        for (byte[] one = reports.nextBounced(); one != null; one = reports.nextBounced()) {
            waiting.add(one);
        }
        for (LaneFault why = reports.nextDelay(); why != null; why = reports.nextDelay()) {
            later(-1, why);
        }
        LaneFault fault = nodes.fault();
        if (fault != null) {
            mend(fault.text(), true, fault.sinceNanos());
            return;
        }
        // A node that answers nothing says no MOVED, and one that nothing is sent to does not say
        // that it was replaced: so the map is looked at, too.
        ClusterMap map = floor.nextMap();
        if (redirected || (map != null && !nodes.agreesWith(map))) {
            mend("slots of the target have other owners now", false, System.nanoTime());
        }
        if (progress && !batches.hasRepeats() && waiting.isEmpty()) {
            outages.over();
        }
    }

    /// A batch is answered behind what was discarded of it: so it is whole until that is taken out.
    private boolean takeReports() {
        boolean progress = false;
        for (LaneReports.Report report = reports.next(); report != null; report = reports.next()) {
            Batch batch = report.batch();
            LaneFault why = report.why();
            if (why != null) {
                why = settings.judged(why);
            }
            if (batch.floor) {
                progress |= takeFloor(batch, why);
            } else if (why == null) {
                taken(batch);
                batches.applied(batch);
                progress = true;
            } else if (batch.repeatable) {
                discarded.add(new Discarded(BatchSurgery.copy(batch), why));
            } else {
                int first = SlotUnits.firstCommand(batch, report.unit());
                Batch one = batches.takeOut(batch, report.unit());
                discarded.add(new Discarded(one, why.within(one, first)));
            }
        }
        return progress;
    }

    private void taken(Batch batch) {
        boolean waited = !batch.repeatable && outages.isWaiting();
        for (int unit = 0; waited && unit < batch.unitCount; unit++) {
            if (batch.slots[unit] != Batch.TAKEN) {
                outages.taken(batch.slots[unit]);
            }
        }
    }

    private boolean takeFloor(Batch batch, @Nullable LaneFault why) {
        if (why == null) {
            rounds.answered(batch);
            return true;
        }
        if (why.kind() == LaneFault.Kind.REFUSED) {
            throw TargetErrors.refusal(place(), why.text());
        }
        if (rounds.refused(batch, why)) {
            later(-1, why);
        }
        return false;
    }

    private void takeBack(Discarded one) {
        Batch batch = one.batch();
        LaneFault why = one.why();
        boolean refused = why.kind() == LaneFault.Kind.REFUSED;
        if (!refused) {
            later(batch.repeatable ? -1 : batch.slots[0], why);
        }
        if (!batch.repeatable) {
            if (refused) {
                reports.operate(batch, why, place());
            }
            batches.returned(batch);
        } else if (refused) {
            CommandView view = BatchSurgery.view(batch, 0);
            reports.refuse(Refusal.of(view, batch.offsetBehind(0), 0, why.text()), false);
        } else {
            waiting.addAll(batch);
        }
    }

    /// Waits before sending again, ever longer: as a slot, where only a slot is concerned.
    private void later(int slot, LaneFault why) {
        ErrorKind kind = ErrorKind.of(why.text());
        redirected |= kind == ErrorKind.MOVED;
        boolean ofSlot =
                kind == ErrorKind.MOVED || kind == ErrorKind.ASK || kind == ErrorKind.TRYAGAIN;
        if (slot >= 0 && ofSlot) {
            outages.later(slot, why.text());
        } else {
            outages.later(why.text());
        }
    }

    /// A refusal that the owner has not heard of yet.
    @Nullable Refused nextRefusal() {
        return reports.nextRefusal();
    }

    // ---- mending ----

    /// Brings lanes and slots together again, after a fault or a change of owners, and finds out
    /// what became of the batches that were on their way.
    ///
    /// @param wait whether to wait before the first try
    /// @param sinceNanos when the fault began
    private void mend(String reason, boolean wait, long sinceNanos) throws RewindException {
        redirected = false;
        Mending mending = new Mending();
        String why = reason;
        boolean pause = wait;
        while (true) {
            if (pause) {
                outages.pause(why, sinceNanos);
            }
            try {
                ClusterMap map = settings.instance().clusterMap();
                for (NodeLane lane : nodes.outdated(map)) {
                    mending.stopped(lane, nodes.slotsOf(lane), nodes.stop(lane));
                }
                adopt(map);
                if (!batches.isStreaming()) {
                    mending.requireSameNodes(nodes);
                }
                takeReports();
                batches.ofSnapshot().orphans().forEach(waiting::addAll);
                sort(mending);
                outages.tryNow();
                return;
            } catch (IOException e) {
                why = Failure.words(e);
                pause = true;
            }
        }
    }

    /// Finds out which of the unanswered batches took effect, and whether a node has lost any that
    /// was answered.
    private void sort(Mending mending) throws IOException, RewindException {
        BitSet slots = mending.suspects();
        if (slots.isEmpty()) {
            return;
        }
        SlotMark[] found = nodes.marks(slots, batches.epoch(), false);
        batches.requireNothingLost(slots, found, standing.floorsOfAll());
        for (Batch batch : mending.lost()) {
            if (batch.floor) {
                continue;
            }
            if (batch.repeatable) {
                batches.ofSnapshot().arrived(batch);
                waiting.addAll(batch);
            } else {
                // Those that are sent again begin to wait anew.
                taken(batch);
                batches.sort(batch, found);
            }
        }
    }
}
