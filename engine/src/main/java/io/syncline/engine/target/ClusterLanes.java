package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.CommandView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The lanes of a cluster writer: one per primary, which slots each serves, and what to do when a
/// node answers that a slot is elsewhere, is away, or refuses.
final class ClusterLanes {
    private static final long WAIT_NANOS = 20_000_000;

    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final SlotBatches batches;
    private final Map<HostPort, NodeLane> lanes = new LinkedHashMap<>();
    private final @Nullable NodeLane[] bySlot = new @Nullable NodeLane[ClusterMap.SLOTS];
    private final ConcurrentLinkedQueue<Batch> answered = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Discarded> discarded = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<LaneFault> delays = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<byte[]> bounced = new ConcurrentLinkedQueue<>();
    private @Nullable Backoff outage;
    private long repeatNanos;
    private volatile String place;

    private record Discarded(Batch batch, LaneFault why) {}

    ClusterLanes(WriterSettings settings, TargetDialer dialer, SlotBatches batches) {
        this.settings = settings;
        this.dialer = dialer;
        this.batches = batches;
        this.place = dialer.place();
    }

    String place() {
        return place;
    }

    void abort() {
        dialer.abort();
    }

    void close() {
        dialer.abort();
        for (NodeLane lane : lanes.values()) {
            lane.stop();
        }
    }

    // ---- topology ----

    /// Opens a lane to every primary, trying again within the retry time.
    void connectAll() {
        Backoff backoff = dialer.backoff();
        while (true) {
            try {
                refresh();
                dialer.recovered(backoff);
                return;
            } catch (IOException e) {
                dialer.pause(backoff, TargetDialer.words(e));
            }
        }
    }

    private void refresh() throws IOException {
        ClusterMap map = settings.instance().clusterMap();
        for (HostPort primary : map.primaries()) {
            NodeLane lane = lanes.get(primary);
            if (lane == null) {
                lane = new NodeLane(settings, primary, new Ears());
                lanes.put(primary, lane);
            }
            if (!lane.isOpen() && lane.fault() == null) {
                place = primary.toString();
                lane.open();
            }
        }
        for (int slot = 0; slot < bySlot.length; slot++) {
            HostPort owner = map.owner(slot);
            if (owner != null) {
                bySlot[slot] = lanes.get(owner);
            }
        }
    }

    /// The lane that serves a slot.
    NodeLane laneOf(int slot) {
        NodeLane lane = bySlot[slot];
        if (lane == null) {
            throw new SynclineException(
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    place,
                    "no primary of the target owns slot " + slot,
                    "Bring the cluster into state ok");
        }
        return lane;
    }

    /// Reads how far every slot of the pipeline is.
    void readMarks() {
        Backoff backoff = dialer.backoff();
        while (true) {
            try {
                for (NodeLane lane : lanes.values()) {
                    int[] slots = slotsOf(lane);
                    long[] offsets = marks(lane, slots);
                    for (int i = 0; i < slots.length; i++) {
                        if (offsets[i] != SlotMark.NONE) {
                            batches.found(slots[i], offsets[i]);
                        }
                    }
                }
                return;
            } catch (IOException e) {
                dialer.pause(backoff, TargetDialer.words(e));
                connectAll();
            }
        }
    }

    private int[] slotsOf(NodeLane lane) {
        return settings.slots().stream().filter(slot -> bySlot[slot] == lane).toArray();
    }

    private long[] marks(NodeLane lane, int[] slots) throws IOException {
        try (Connection connection = settings.instance().connector().open(lane.node())) {
            return NodeLane.marks(
                    connection, settings.keys(), settings.pipeline(), slots, batches.epoch());
        }
    }

    // ---- sending ----

    void sendReady() {
        boolean repeat = outage == null || System.nanoTime() >= repeatNanos;
        batches.ready(
                (batch, lane) -> {
                    NodeLane to = lane != null ? lane : laneOf(batch.slot);
                    to.stage(batch);
                },
                repeat);
        for (NodeLane lane : lanes.values()) {
            lane.push();
        }
    }

    /// Waits a little for answers.
    void awaitAnswers() {
        if (answered.isEmpty() && discarded.isEmpty()) {
            LockSupport.parkNanos(this, WAIT_NANOS);
        }
    }

    // ---- answers ----

    /// Takes in what the lanes' readers report, and mends lanes that broke.
    void check() throws RewindException {
        boolean progress = false;
        for (Batch batch = answered.poll(); batch != null; batch = answered.poll()) {
            batches.applied(batch);
            progress = true;
        }
        if (progress && outage != null && discarded.isEmpty() && !hasFault()) {
            Backoff over = outage;
            outage = null;
            dialer.recovered(over);
        }
        for (Discarded one = discarded.poll(); one != null; one = discarded.poll()) {
            takeBack(one);
        }
        for (LaneFault why = delays.poll(); why != null; why = delays.poll()) {
            later(why);
        }
        for (byte[] command = bounced.poll(); command != null; command = bounced.poll()) {
            bounce(command);
        }
        if (hasFault()) {
            mend();
        }
    }

    private boolean hasFault() {
        for (NodeLane lane : lanes.values()) {
            if (lane.fault() != null) {
                return true;
            }
        }
        return false;
    }

    private void takeBack(Discarded one) {
        Batch batch = one.batch;
        LaneFault why = one.why;
        boolean refused = why.kind() == LaneFault.Kind.REFUSED;
        if (!refused) {
            later(why);
        }
        if (batch.slot >= 0) {
            if (refused) {
                operate(batch, why);
            }
            batches.returned(batch);
            return;
        }
        batches.returnedNode();
        if (refused) {
            CommandView view = BatchSurgery.view(batch, 0);
            refusals.add(Refusal.of(view, batch.offsetBehind(0), 0, why.text()));
        } else {
            reroute(batch);
        }
    }

    /// Waits before sending again, ever longer.
    private void later(LaneFault why) {
        long now = System.nanoTime();
        if (outage != null && now < repeatNanos) {
            return;
        }
        if (outage == null) {
            outage = dialer.backoff();
        }
        if (why.kind() == LaneFault.Kind.MOVED) {
            connectAll();
        }
        long delay = outage.next(now);
        if (delay < 0) {
            throw dialer.exhausted(why.text());
        }
        dialer.report(outage, why.text());
        repeatNanos = now + delay * 1_000_000;
    }

    /// Takes a refused command out of its batch, or stops.
    private void operate(Batch batch, LaneFault why) {
        int command = why.command();
        if (command < 0) {
            throw TargetErrors.refusal(place, why.text());
        }
        if (!batch.wrapped) {
            // MSET of several SETs and the mark: as SETs it shows which one is refused.
            BatchSurgery.unmerge(batch, command);
            batch.wrapped = batch.commandCount > 1;
            batch.units[0] = batch.commandCount;
            return;
        }
        if (batch.isMerged(command)) {
            BatchSurgery.unmerge(batch, command);
            return;
        }
        if (command == batch.commandCount - 1) {
            throw TargetErrors.refusal(place, why.text());
        }
        CommandView view = BatchSurgery.view(batch, command);
        refusals.add(Refusal.of(view, batch.offsetBehind(command), 0, why.text()));
        BatchSurgery.remove(batch, command);
    }

    /// A refusal that the owner has not heard of yet.
    @Nullable Refusal nextRefusal() {
        return refusals.poll();
    }

    SynclineException refused(Refusal refusal) {
        return TargetErrors.commandRefused(place, refusal, settings.keys());
    }

    /// Sends each command of a batch of repeatable ones to where its slot is now.
    private void reroute(Batch batch) {
        for (int i = 0; i < batch.commandCount; i++) {
            CommandView view = BatchSurgery.view(batch, i);
            bounce(Arrays.copyOfRange(view.buffer, view.start, view.end));
        }
    }

    private void bounce(byte[] command) {
        CommandView view = BatchSurgery.parse(command);
        CommandSpec spec = CommandTable.standard().find(view);
        int slot = Slots.of(view.argument(1));
        Batch to = batches.openNode(slot, laneOf(slot));
        to.merger.close();
        to.beginCommand();
        view.copyTo(to.wire);
        to.endCommand(to.endOffset, 0, true, spec.name().equals("MSET"));
    }

    // ---- mending ----

    private void mend() throws RewindException {
        if (outage == null) {
            outage = dialer.backoff();
        }
        while (true) {
            List<Batch> lost = new ArrayList<>();
            LaneFault fault = null;
            List<NodeLane> broken = new ArrayList<>();
            for (NodeLane lane : lanes.values()) {
                if (lane.fault() != null) {
                    fault = lane.fault();
                    place = lane.node().toString();
                    broken.add(lane);
                    lost.addAll(lane.stop());
                }
            }
            for (Batch batch = answered.poll(); batch != null; batch = answered.poll()) {
                batches.applied(batch);
                lost.remove(batch);
            }
            if (fault == null) {
                return;
            }
            for (NodeLane lane : broken) {
                lanes.remove(lane.node());
            }
            resume(lost, fault.text());
        }
    }

    private void resume(List<Batch> lost, String reason) throws RewindException {
        Backoff backoff = outage == null ? dialer.backoff() : outage;
        String why = reason;
        while (true) {
            dialer.pause(backoff, why);
            try {
                refresh();
                sort(lost);
                return;
            } catch (IOException e) {
                why = TargetDialer.words(e);
            }
        }
    }

    /// Finds out which of the unanswered batches took effect, and whether a node has lost any that
    /// was answered.
    private void sort(List<Batch> lost) throws IOException, RewindException {
        long[] found = new long[ClusterMap.SLOTS];
        Arrays.fill(found, SlotMark.NONE);
        for (NodeLane lane : lanes.values()) {
            int[] slots = slotsOf(lane);
            long[] offsets = marks(lane, slots);
            for (int i = 0; i < slots.length; i++) {
                found[slots[i]] = offsets[i];
            }
        }
        requireNothingLost(found);
        for (Batch batch : lost) {
            if (batch.slot < 0) {
                batches.returnedNode();
                reroute(batch);
            } else if (found[batch.slot] >= batch.endOffset) {
                batches.applied(batch);
            } else {
                batches.returned(batch);
            }
        }
        repeatNanos = System.nanoTime();
    }

    private void requireNothingLost(long[] found) throws RewindException {
        long from = Long.MAX_VALUE;
        for (int slot = 0; slot < found.length; slot++) {
            if (batches.acknowledged(slot) > found[slot]) {
                from = Math.min(from, found[slot]);
            }
        }
        if (from != Long.MAX_VALUE) {
            Checkpoint floor = batches.floor(null);
            throw new RewindException(
                    from == SlotMark.NONE
                            ? null
                            : new Checkpoint(
                                    0,
                                    Checkpoint.Phase.STREAMING,
                                    Math.min(from, floor.offset()),
                                    0,
                                    floor.replicationId(),
                                    0));
        }
    }

    /// Waits until nothing is on its way, and forgets what became of it: before offsets count anew.
    void settle() {
        for (NodeLane lane : lanes.values()) {
            lane.settle();
        }
        answered.clear();
        discarded.clear();
        delays.clear();
        bounced.clear();
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
            LaneFault.Kind kind = LaneFault.kindOf(error);
            CommandView view = BatchSurgery.view(batch, command);
            boolean repeatable = batch.slot < 0;
            if (repeatable && kind != LaneFault.Kind.REFUSED) {
                bounced.add(Arrays.copyOfRange(view.buffer, view.start, view.end));
                delays.add(new LaneFault(kind, null, -1, error));
            } else {
                refusals.add(Refusal.of(view, batch.offsetBehind(command), 0, error));
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
