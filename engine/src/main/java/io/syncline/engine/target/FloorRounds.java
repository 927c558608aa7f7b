package io.syncline.engine.target;

import io.syncline.engine.command.Merger;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.Redirect;
import io.syncline.engine.resp.RespWriter;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes a floor to every node, behind the data in the node's own lane, before it becomes the
/// pipeline's: a node that later turns out to have lost data shows a floor older than the others.
///
/// Belongs to the applier. A round that meets a fault is given up; the next one is a second away.
final class FloorRounds {
    private static final long EVERY_NANOS = 1_000_000_000;

    private final WriterSettings settings;
    private final NodeLanes nodes;
    private final FloorKeeper keeper;
    private final Set<Batch> pending = Collections.newSetFromMap(new IdentityHashMap<>());
    private final BitSet leaving = new BitSet();
    private @Nullable TargetLayout layout;

    /// The pipeline's slots when that was made: a source's slots come and go.
    private BitSet laidOut = new BitSet();

    private @Nullable Floor running;
    private @Nullable Floor last;
    private long startedNanos;

    FloorRounds(WriterSettings settings, NodeLanes nodes, FloorKeeper keeper) {
        this.settings = settings;
        this.nodes = nodes;
        this.keeper = keeper;
    }

    /// Lanes were opened or closed, or slots have other ones: a round on its way does not count.
    void lanesChanged() {
        giveUp();
        layout = null;
        leaving.clear();
    }

    /// Offsets count anew.
    void forget() {
        giveUp();
        last = null;
    }

    private void giveUp() {
        pending.clear();
        running = null;
    }

    /// Begins a round if it is time for one.
    void offer(Checkpoint floor) {
        boolean due = running == null && System.nanoTime() - startedNanos >= EVERY_NANOS;
        if (due && isNews(floor) && !keeper.isBehind(floor)) {
            begin(floor);
        }
    }

    private boolean isNews(Checkpoint floor) {
        Floor before = last;
        return before == null
                || floor.offset() > before.checkpoint().offset()
                || !before.layout().equals(layout)
                || !isLaidOut();
    }

    /// Begins a round, whether one is on its way or not.
    void begin(Checkpoint floor) {
        giveUp();
        startedNanos = System.nanoTime();
        TargetLayout present = layout();
        byte[] value = NodeFloor.encode(keeper.epoch(), floor, present.version());
        Floor next = new Floor(floor, present);
        running = next;
        for (TargetLayout.Group group : present.groups()) {
            String tag = Slots.tag(group.keySlot());
            Batch batch = new Batch(Merger.Rules.NONE, 256, 1);
            batch.floor = true;
            batch.lastSlot = group.keySlot();
            batch.beginCommand();
            RespWriter.array(batch.wire, 3);
            RespWriter.bulk(batch.wire, "SET");
            RespWriter.bulk(batch.wire, settings.keys().nodeFloor(settings.pipeline(), tag));
            RespWriter.bulk(batch.wire, value);
            batch.unit(1, Batch.PLAIN);
            pending.add(batch);
            nodes.of(group.keySlot()).send(batch);
        }
        if (present.groups().isEmpty()) {
            // A shard that has no slots yet, or none any more: no node has anything to say.
            ended(next);
        }
    }

    /// The slots as they lie now; one object as long as they do.
    TargetLayout layout() {
        TargetLayout present = isLaidOut() ? layout : null;
        if (present == null) {
            Floor recorded = keeper.recorded();
            TargetLayout before = recorded == null ? null : recorded.layout();
            long after = before == null ? 0 : before.version() + 1;
            List<BitSet> slots =
                    nodes.all().stream().map(nodes::slotsOf).map(this::ofPipeline).toList();
            present =
                    TargetLayout.of(
                            Math.max(after, System.currentTimeMillis()), slots, before, leaving);
            present = before != null && present.sameGroups(before) ? before : present;
            layout = present;
            laidOut = (BitSet) settings.written().clone();
        }
        return present;
    }

    private boolean isLaidOut() {
        return laidOut.equals(settings.written());
    }

    private BitSet ofPipeline(BitSet slots) {
        slots.and(settings.written());
        return slots;
    }

    /// A batch of a round is in its node.
    void answered(Batch batch) {
        Floor done = running;
        if (pending.remove(batch) && pending.isEmpty() && done != null) {
            ended(done);
        }
    }

    private void ended(Floor done) {
        running = null;
        last = done;
        keeper.offer(done);
    }

    /// A batch of a round was not taken. A key that its node may not write, since its slot is on
    /// its way elsewhere, is replaced by another one.
    ///
    /// @return whether waiting would help
    boolean refused(Batch batch, LaneFault why) {
        if (!pending.remove(batch)) {
            return false;
        }
        giveUp();
        Redirect redirect = Redirect.parse(why.text());
        if (redirect != null && redirect.ask()) {
            leaving.set(batch.lastSlot);
            layout = null;
            return false;
        }
        return true;
    }

    /// The floor whose round ended last, if it was this one.
    @Nullable Floor done(Checkpoint floor) {
        Floor done = last;
        return done != null && done.checkpoint().equals(floor) ? done : null;
    }

    boolean isRunning() {
        return running != null;
    }
}
