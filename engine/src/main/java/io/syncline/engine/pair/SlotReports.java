package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.twoway.Floor;
import io.syncline.engine.twoway.PairStatus;
import io.syncline.engine.twoway.SlotPairs;
import io.syncline.engine.twoway.StreamPlace;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Tells how far a run over slots is: to whoever looks, to the sites, and to the floor. Owner
/// thread only.
final class SlotReports {
    private static final long REPORT_NANOS = 50_000_000;

    /// With many slots on their way a look at all of them takes its time: no more than this part of
    /// all time goes into it.
    private static final int LOOK_SHARE = 20;

    private static final long LONGEST_NANOS = 500_000_000;

    private static final long FLOOR_NANOS = 500_000_000;

    /// Progress without local writes that goes without a floor: small beside the smallest backlog
    /// there is, 16 KB.
    private static final long UNMARKED_LIMIT = 4 << 10;

    /// A floor is progress, too, and may be long.
    private static final long UNMARKED_FLOORS = 8;

    /// How long a stop looks for a last floor.
    private static final long LAST_NANOS = 2_000_000_000;

    /// The second one that is found behind a moment has begun behind it.
    private static final int LAST_FLOORS = 2;

    /// The first copy's records are numbered below.
    private static final long FIRST_FLOOR = 10;

    private final List<SlotNode> nodes;
    private final SlotPairs pairs;
    private final FloorRecord record;
    private final FloorDesk desk;
    private final SlotBoard board;
    private final Beats beats;
    private final long epoch;
    private final Consumer<LinkEvent> events;
    private final long[] goals;
    private boolean caughtUp;
    private boolean localsSinceFloor;
    private long dueNanos = System.nanoTime() + REPORT_NANOS;
    private long floorNanos = System.nanoTime() - FLOOR_NANOS;
    private long floors = FIRST_FLOOR;
    private Floor written;
    private long unmarkedLimit = UNMARKED_LIMIT;
    private long endNanos;
    private long lastFloor = -1;

    SlotReports(
            List<SlotNode> nodes,
            SlotPairs pairs,
            FloorRecord record,
            FloorDesk desk,
            SlotBoard board,
            Beats beats,
            long epoch,
            Consumer<LinkEvent> events) {
        this.nodes = nodes;
        this.pairs = pairs;
        this.record = record;
        this.desk = desk;
        this.board = board;
        this.beats = beats;
        this.epoch = epoch;
        this.events = events;
        written = record.floor();
        goals = new long[nodes.size()];
        Arrays.fill(goals, -1);
    }

    /// A user's write was read.
    void localRead() {
        localsSinceFloor = true;
    }

    boolean isCaughtUp() {
        return caughtUp;
    }

    /// What is due.
    void look() {
        long now = System.nanoTime();
        if (now - dueNanos < 0) {
            return;
        }
        report();
        Floor newest = pairs.floor();
        long took = System.nanoTime() - now;
        dueNanos = now + untilNext(took);
        if (now - floorNanos >= FLOOR_NANOS && isWorthWriting(newest)) {
            floorNanos = now;
            localsSinceFloor = false;
            offer(newest);
        }
    }

    private void offer(Floor newest) {
        written = newest;
        FloorRecord next = record.at(newest, epoch, ++floors);
        unmarkedLimit = Math.max(UNMARKED_LIMIT, UNMARKED_FLOORS * next.encode().length);
        desk.offer(next);
    }

    /// Instead of [#look], when the run is to end.
    ///
    /// @return whether the last floor is offered, so that the next run needs next to nothing of
    ///   what the sites have kept
    boolean isLastFloorOffered() {
        Floor newest = pairs.floor();
        long now = System.nanoTime();
        if (lastFloor < 0) {
            lastFloor = pairs.floors() + LAST_FLOORS;
            endNanos = now;
        }
        if (pairs.floors() < lastFloor && now - endNanos < LAST_NANOS) {
            return false;
        }
        if (!newest.equals(written)) {
            offer(newest);
        }
        return true;
    }

    /// From the start of a look to that of the next one.
    ///
    /// @param took nanoseconds that the first of the two took
    static long untilNext(long took) {
        return Math.clamp(LOOK_SHARE * took, REPORT_NANOS, LONGEST_NANOS);
    }

    private boolean isWorthWriting(Floor newest) {
        Floor last = written;
        if (newest.equals(last)) {
            return false;
        }
        return localsSinceFloor
                || isFar(newest.source(), last.source())
                || isFar(newest.target(), last.target());
    }

    private boolean isFar(List<StreamPlace> now, List<StreamPlace> then) {
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i).offset() - then.get(i).offset() > unmarkedLimit) {
                return true;
            }
        }
        return false;
    }

    /// Puts up the numbers of this moment.
    void show() {
        pairs.count();
        for (int i = 0; i < nodes.size(); i++) {
            show(i);
        }
    }

    private PairStatus show(int shard) {
        SlotNode node = nodes.get(shard);
        PairStatus status = pairs.status(node.site(), node.index());
        board.put(shard, status);
        return status;
    }

    private void report() {
        pairs.count();
        boolean reached = pairs.isReady();
        for (int i = 0; i < nodes.size(); i++) {
            PairStatus status = show(i);
            beats.acknowledge(i, status.acknowledged());
            if (goals[i] < 0) {
                goals[i] = beats.siteOffset(i);
            }
            reached &= goals[i] >= 0 && status.acknowledged() >= goals[i];
        }
        if (reached && !caughtUp) {
            caughtUp = true;
            events.accept(new LinkEvent.CaughtUp());
        }
    }
}
