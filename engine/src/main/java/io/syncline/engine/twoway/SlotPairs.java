package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Two sites of which at least one is a cluster, kept equal: one [Pair] for each hash slot with
/// anything on its way, over the streams of all primaries of both sites.
///
/// ```
///  stream of a node --read--> by slot --> Pair of the slot, made when there is none
///                                           |  due: waits for a lane of the node it writes to
///                      lane (a connection) <-+  one guarded transaction of one slot at a time
/// ```
///
/// A slot at rest has nothing here, so memory is what is on its way. That slot's next pair begins
/// at the places where the streams are: all before is settled. What is durable is a [Floor] instead
/// of the markers' values; a restart reads all streams from there, and finds in them what was done.
/// Driven as [Pair] is; not for several threads.
public final class SlotPairs {
    /// A restart finds what was copied in the streams.
    private static final EnumSet<Rule> RULES = EnumSet.complementOf(EnumSet.of(Rule.COVER));

    /// Slots at once that might be given a lane: thousands wait when a link holds back.
    private static final int LOOKED_AT = 256;

    private final SlotTable table;
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private final SlotHolds holds;
    private final SlotIntake intake;
    private Floor floor;
    private @Nullable FloorRound round;
    private long floors;

    /// @param floor from where the streams are read
    /// @param source offset of each of its primaries behind the new epoch; `target` likewise
    /// @param lanes of each node
    public SlotPairs(
            long epoch,
            Floor floor,
            List<Long> source,
            List<Long> target,
            int lanes,
            PairOptions options,
            PairListener listener) {
        this(epoch, floor, source, target, lanes, options, listener, RULES);
    }

    SlotPairs(
            long epoch,
            Floor floor,
            List<Long> source,
            List<Long> target,
            int lanes,
            PairOptions options,
            PairListener listener,
            Set<Rule> rules) {
        this.floor = floor;
        this.options = options;
        this.rules = new PairOptions.Rules(rules);
        table = new SlotTable(epoch, options, this.rules, listener);
        table.begin(Site.SOURCE, floor, source, lanes);
        table.begin(Site.TARGET, floor, target, lanes);
        holds = new SlotHolds(table, this.rules, this::moves);
        intake = new SlotIntake(table, holds, this.rules);
    }

    /// Whether all streams are read to where they were at the start.
    public boolean isReady() {
        return table.isReady();
    }

    // ---- reading ----

    /// Whether a unit empties databases: then it is read by [#readFlush].
    public static boolean isFlush(StreamUnit unit) {
        return SlotIntake.isFlush(unit);
    }

    /// Whether the next unit of a node's stream may be read now.
    public boolean mayRead(Site site, int node, StreamUnit unit) {
        return intake.mayRead(site, node, unit);
    }

    /// Takes in the next unit of a node's stream.
    public void read(Site site, int node, StreamUnit unit) {
        intake.read(site, node, unit);
    }

    /// As [Pair#owe].
    public void owe(KeyId key, Site from) {
        table.owe(key, from);
    }

    /// Takes in a unit that tells of a job which copies slots to a node.
    ///
    /// @param source the number of the primary that has them; negative when it is not known
    public void readJob(Site site, int node, StreamUnit unit, JobMark job, int source) {
        intake.readJob(site, node, unit, job, source);
    }

    /// The slots in which a flush of a node may have deleted keys.
    public BitSet flushed(Site site, int node) {
        return intake.flushed(site, node);
    }

    /// Takes in a unit that empties the node.
    ///
    /// @param present the keys that the other site has in a slot of that node, asked for since the
    ///   unit was the next one
    public void readFlush(
            Site site, int node, StreamUnit unit, IntFunction<Collection<byte[]>> present) {
        intake.readFlush(site, node, unit, present);
    }

    /// A node calls its stream so from here on.
    public void stream(Site site, int node, String id) {
        PairNode of = table.node(site, node);
        if (!id.equals(of.place.stream())) {
            of.place = new StreamPlace(id, of.place.offset(), of.place.database());
        }
    }

    // ---- slots that move ----

    private void moves(SlotPair slot) {
        FloorRound running = round;
        if (running != null && running.concerns(slot)) {
            round = null;
        }
    }

    /// Whether something waits for the next round of questions to all primaries of a site.
    public boolean isRoundWaitedFor(Site site) {
        return holds.isWaitedFor(site);
    }

    /// Whether a round may begin: one at a time.
    public boolean mayBeginRound(Site site) {
        return holds.mayBegin(site);
    }

    /// A round of questions begins: what was read before it, it tells of.
    ///
    /// @return its number
    public long beginRound(Site site) {
        return holds.beginRound(site);
    }

    /// The slots of which a round asks whether keys are left.
    public BitSet questionable(Site site) {
        return holds.questionable(site);
    }

    /// The slots on their way between the primaries of a site, as far as is known.
    public BitSet moving(Site site) {
        return holds.moving(site);
    }

    /// What a round found at each primary.
    public void sighted(Site site, long number, List<NodeSighting> nodes) {
        holds.sighted(site, number, nodes);
    }

    /// Goes on with what waited for a round.
    ///
    /// @return whether anything was done
    public boolean settle() {
        return holds.settle();
    }

    /// Where a slot's move cannot be followed; null while all can.
    public @Nullable Lost lost() {
        return holds.lost();
    }

    /// A slot whose move cannot be followed.
    public record Lost(Site site, int slot) {}

    // ---- writing ----

    /// Holds back what comes from a site, or lets it go.
    public void hold(Site origin, boolean closed) {
        table.hold(origin, closed);
    }

    /// Gives free lanes of a node to slots that have something to do there.
    public void schedule(Site site, int node) {
        PairNode to = table.node(site, node);
        if (!to.hasStrays && table.allYield(to)) {
            return;
        }
        int lane = 0;
        int some = to.hasStrays ? to.due.size() : Math.min(to.due.size(), LOOKED_AT);
        for (int left = some; left > 0; left--) {
            while (lane < to.lanes.length && to.lanes[lane] != null) {
                lane++;
            }
            if (lane == to.lanes.length) {
                return;
            }
            SlotPair next = to.due.removeFirst();
            next.due[site.index()] = false;
            if (!next.gone && !table.yields(next, site)) {
                next.lanes[site.index()] = lane;
                to.lanes[lane] = next;
            } else {
                table.look(next);
            }
        }
        to.hasStrays = false;
    }

    /// Goes one step with the slot that a lane serves.
    ///
    /// @return whether anything was done
    public boolean step(Site site, int node, int lane) {
        return step(site, node, lane, options.unitsPerTransaction());
    }

    boolean step(Site site, int node, int lane, int units) {
        PairNode to = table.node(site, node);
        SlotPair slot = to.lanes[lane];
        if (slot == null) {
            return false;
        }
        if (slot.isMoving()) {
            slot.pair.stepAside(site);
            return false;
        }
        slot.advance();
        boolean done = slot.pair.step(site, units, table.isHeld(to));
        done |= slot.pair.stepRepairs();
        table.look(slot);
        return done;
    }

    /// The next request for a lane, or null.
    public @Nullable Request nextRequest(Site site, int node, int lane) {
        PairNode to = table.node(site, node);
        SlotPair slot = to.lanes[lane];
        Request next = slot == null ? null : slot.pair.nextRequest(site);
        if (slot != null && next == null) {
            table.release(slot, site);
        }
        if (slot != null && next != null && isAnswered(next)) {
            slot.open[site.index()]++;
        }
        return next;
    }

    private static boolean isAnswered(Request request) {
        return switch (request) {
            case Request.AskOffset ask -> true;
            case Request.AskRecords ask -> true;
            case Request.Transaction transaction -> true;
            case Request.Watch watch -> false;
            case Request.Unwatch unwatch -> false;
        };
    }

    /// The slot that a lane serves; negative for none.
    public int slotAt(Site site, int node, int lane) {
        SlotPair slot = table.node(site, node).lanes[lane];
        return slot == null ? StreamUnit.NO_SLOT : slot.slot;
    }

    private SlotPair served(Site site, int node, int lane) {
        SlotPair slot = table.node(site, node).lanes[lane];
        if (slot == null) {
            throw new IllegalStateException("an answer for a lane that serves nobody");
        }
        slot.open[site.index()]--;
        return slot;
    }

    /// The answer to [Request.AskOffset].
    public void fenced(Site site, int node, int lane, long offset) {
        SlotPair slot = served(site, node, lane);
        slot.pair.fenced(site, slot.offset(site, offset));
        table.look(slot);
    }

    /// The answer to [Request.AskRecords].
    public void snapshot(
            Site site, int node, int lane, long token, long offset, List<KeyRecord> records) {
        SlotPair slot = served(site, node, lane);
        slot.pair.snapshot(site, token, slot.offset(site, offset), records);
        table.look(slot);
    }

    /// The answer to [Request.Transaction].
    public void executed(Site site, int node, int lane, boolean done, Collection<KeyId> refused) {
        SlotPair slot = served(site, node, lane);
        slot.pair.executed(site, done, refused);
        table.look(slot);
    }

    /// Instead of an answer: what the request is about is not at this node, or not now.
    public void displaced(Site site, int node, int lane, Request request) {
        SlotPair slot = served(site, node, lane);
        switch (request) {
            case Request.AskOffset ask -> slot.pair.unfenced(site);
            case Request.AskRecords ask -> slot.pair.ledger().reopen(c -> c.awaits(ask.token()));
            case Request.Transaction transaction -> slot.pair.executed(site, false, List.of());
            case Request.Watch watch -> throw new IllegalArgumentException("" + watch);
            case Request.Unwatch unwatch -> throw new IllegalArgumentException("" + unwatch);
        }
        holds.displaced(slot, site);
        table.look(slot);
    }

    /// The slots of a node about which only their markers there can tell whether their last
    /// transaction was executed.
    public List<Integer> unanswered(Site site, int node) {
        List<Integer> slots = new ArrayList<>();
        for (SlotPair each : table.active()) {
            if (each.node(site) == table.node(site, node)
                    && each.pair.isUnanswered(site)
                    && !each.isMoving(site)) {
                slots.add(each.slot);
            }
        }
        return slots;
    }

    /// All connections to a node were lost, and new ones are open, behind a new epoch.
    ///
    /// @param markers that stand there now, of the [#unanswered] slots
    public void reconnected(Site site, int node, Map<Integer, Marker> markers) {
        PairNode of = table.node(site, node);
        for (SlotPair each : List.copyOf(table.active())) {
            if (each.node(site) == of) {
                each.open[site.index()] = 0;
                if (!holds.isLeftOpen(each, site)) {
                    each.pair.reconnected(site, markers.get(each.slot));
                }
                table.release(each, site);
                table.look(each);
            }
        }
    }

    // ---- how far ----

    /// Looks whether there is a newer floor.
    ///
    /// @return the newest, to be made durable; the same object while there is none newer
    public Floor floor() {
        FloorRound running = round;
        if (running == null) {
            if (isReady() && !holds.isAnyMoving()) {
                round = new FloorRound(here(), table.active());
            }
            return floor;
        }
        Floor found = running.look();
        if (found != null) {
            floor = found;
            floors++;
            round = null;
        }
        return floor;
    }

    /// How many were found, be they alike.
    public long floors() {
        return floors;
    }

    private Floor here() {
        return new Floor(
                table.places(Site.SOURCE),
                table.places(Site.TARGET),
                table.ownership(Site.SOURCE),
                table.ownership(Site.TARGET));
    }

    /// Whether nothing is on its way.
    public boolean isQuiet() {
        return table.active().isEmpty();
    }

    /// Counts what is on its way, for [#status]: a look at every slot with anything.
    public void count() {
        table.count();
    }

    /// The numbers of a node's own writes, as last counted.
    public PairStatus status(Site site, int node) {
        return table.node(site, node).status();
    }
}
