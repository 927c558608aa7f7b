package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.Merger;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.ErrorKind;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Sends a cluster writer's batches and takes in their answers: what to do when a node answers that
/// a slot is elsewhere, is away, or refuses.
final class ClusterLanes {
    private static final long WAIT_NANOS = 20_000_000;

    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final SlotBatches batches;
    private final FloorKeeper floor;
    private final NodeLanes nodes;
    private final ConcurrentLinkedQueue<Batch> answered = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Discarded> discarded = new ConcurrentLinkedQueue<>();
    private final ClusterRefusals refusals = new ClusterRefusals();
    private final ConcurrentLinkedQueue<LaneFault> delays = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<byte[]> bounced = new ConcurrentLinkedQueue<>();
    private final Repeats waiting;
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
        this.nodes = new NodeLanes(settings, new Ears(), floor::verify);
        this.waiting = new Repeats(batches, nodes);
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
                dialer.pause(backoff, TargetDialer.words(e));
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
        BitSet slots = settings.slots();
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            Batch batch = new Batch(Merger.Rules.NONE, 128, 1);
            batches.marks().expire(slot, batch);
            nodes.of(slot).stage(batch);
        }
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
        answered.clear();
        discarded.clear();
        delays.clear();
        bounced.clear();
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
        batches.ready(
                (batch, lane) -> {
                    NodeLane to = lane != null ? lane : nodes.of(batch.slot);
                    to.stage(batch);
                },
                slot -> repeat && outages.isDue(slot));
        for (NodeLane lane : nodes.all()) {
            lane.push();
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
        if (answered.isEmpty() && discarded.isEmpty()) {
            LockSupport.parkNanos(this, WAIT_NANOS);
        }
    }

    // ---- answers ----

    /// Takes in what the lanes' readers report, and mends lanes that broke.
    void check() throws RewindException {
        boolean progress = takeAnswered();
        for (Discarded one = discarded.poll(); one != null; one = discarded.poll()) {
            takeBack(one);
        }
        for (byte[] command = bounced.poll(); command != null; command = bounced.poll()) {
            waiting.add(command);
        }
        for (LaneFault why = delays.poll(); why != null; why = delays.poll()) {
            later(-1, why);
        }
        LaneFault fault = nodes.fault();
        if (fault != null) {
            mend(fault.text(), true);
            return;
        }
        // A node that answers nothing says no MOVED, and one that nothing is sent to does not say
        // that
        // it was replaced: so the map is looked at, too.
        ClusterMap map = floor.nextMap();
        if (redirected || (map != null && !nodes.agreesWith(map))) {
            mend("slots of the target have other owners now", false);
        }
        if (progress && !batches.hasRepeats() && waiting.isEmpty()) {
            outages.over();
        }
    }

    private boolean takeAnswered() {
        boolean progress = false;
        for (Batch batch = answered.poll(); batch != null; batch = answered.poll()) {
            progress = true;
            if (batch.slot == FloorRounds.SLOT) {
                rounds.answered(batch);
                continue;
            }
            outages.taken(batch.slot);
            batches.applied(batch);
        }
        return progress;
    }

    private void takeBack(Discarded one) {
        Batch batch = one.batch();
        LaneFault why = settings.judged(one.why());
        boolean refused = why.kind() == LaneFault.Kind.REFUSED;
        if (batch.slot == FloorRounds.SLOT) {
            if (refused) {
                throw TargetErrors.refusal(place(), why.text());
            }
            if (rounds.refused(batch, why)) {
                later(-1, why);
            }
            return;
        }
        if (!refused) {
            later(batch.slot, why);
        }
        if (batch.slot >= 0) {
            if (refused) {
                refusals.operate(batch, why, place());
            }
            batches.returned(batch);
            return;
        }
        batches.returnedNode(batch);
        if (refused) {
            CommandView view = BatchSurgery.view(batch, 0);
            refusals.add(Refusal.of(view, batch.offsetBehind(0), 0, why.text()), false);
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
        return refusals.next();
    }

    // ---- mending ----

    /// Brings lanes and slots together again, after a fault or a change of owners, and finds out
    /// what became of the batches that were on their way.
    ///
    /// @param wait whether to wait before the first try
    private void mend(String reason, boolean wait) throws RewindException {
        redirected = false;
        Mending mending = new Mending();
        String why = reason;
        boolean pause = wait;
        while (true) {
            if (pause) {
                outages.pause(why);
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
                takeAnswered();
                sort(mending);
                outages.tryNow();
                return;
            } catch (IOException e) {
                why = TargetDialer.words(e);
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
            if (batch.slot == FloorRounds.SLOT) {
                continue;
            }
            if (batch.slot < 0) {
                batches.returnedNode(batch);
                waiting.addAll(batch);
            } else if (found[batch.slot].offset() >= batch.endOffset) {
                batches.applied(batch);
            } else {
                batches.returned(batch);
            }
        }
    }

    /// What a lane's reader reports; only puts it into queues.
    private final class Ears implements LaneListener {
        @Override
        public void applied(Batch batch) {
            // The owner hears of it when the lane lets go of the batch.
        }

        @Override
        public void released(Batch batch) {
            answered.add(batch);
        }

        @Override
        public void refused(Batch batch, int command, String error) {
            LaneFault fault = new LaneFault(LaneFault.kindOf(error), batch, command, error);
            LaneFault.Kind kind = settings.judged(fault).kind();
            CommandView view = BatchSurgery.view(batch, command);
            boolean repeatable = batch.slot < 0;
            if (repeatable && kind != LaneFault.Kind.REFUSED) {
                bounced.add(Arrays.copyOfRange(view.buffer, view.start, view.end));
                delays.add(new LaneFault(kind, null, -1, error));
            } else {
                refusals.add(Refusal.of(view, batch.offsetBehind(command), 0, error), !repeatable);
            }
        }

        @Override
        public boolean livesWith(LaneFault fault) {
            return true;
        }

        @Override
        public void discarded(Batch batch, LaneFault why) {
            discarded.add(new Discarded(batch, why));
        }

        @Override
        public void wake() {
            settings.wake().run();
        }
    }
}
