package io.syncline.engine.twoway;

import io.syncline.engine.command.Slots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
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

    private final PairNode[][] nodes = new PairNode[2][];
    private final int[][] owners = new int[2][];
    private final Map<Integer, SlotPair> active = new HashMap<>();
    private final PairOptions options;
    private final PairOptions perSlot;
    private final PairOptions.Rules rules;
    private final PairListener listener;
    private final long epoch;
    private Floor floor;
    private long lastSequence;
    private @Nullable FloorRound round;

    /// One primary of a site at the start.
    ///
    /// @param slots that it owns
    /// @param fence its offset behind the new epoch
    public record Begun(BitSet slots, long fence) {
        public Begun {
            slots = (BitSet) slots.clone();
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }
    }

    /// @param floor from where the streams are read
    /// @param lanes of each node
    public SlotPairs(
            long epoch,
            Floor floor,
            List<Begun> source,
            List<Begun> target,
            int lanes,
            PairOptions options,
            PairListener listener) {
        this(epoch, floor, source, target, lanes, options, listener, RULES);
    }

    SlotPairs(
            long epoch,
            Floor floor,
            List<Begun> source,
            List<Begun> target,
            int lanes,
            PairOptions options,
            PairListener listener,
            Set<Rule> rules) {
        this.epoch = epoch;
        this.floor = floor;
        this.options = options;
        this.listener = listener;
        this.rules = new PairOptions.Rules(rules);
        perSlot =
                new PairOptions(
                        options.guard(),
                        options.deletesYield(),
                        options.unitsPerTransaction(),
                        options.bytesPerTransaction(),
                        Long.MAX_VALUE);
        for (Site site : Site.values()) {
            begin(site, site == Site.SOURCE ? source : target, lanes);
        }
    }

    private void begin(Site site, List<Begun> begun, int lanes) {
        PairNode[] made = new PairNode[begun.size()];
        int[] owner = new int[Slots.COUNT];
        Arrays.fill(owner, StreamUnit.NO_SLOT);
        for (int i = 0; i < made.length; i++) {
            int node = i;
            Begun each = begun.get(i);
            StreamPlace place = floor.places(site).get(i);
            made[i] = new PairNode(site, each.slots(), place, each.fence(), lanes);
            each.slots().stream().forEach(slot -> owner[slot] = node);
        }
        nodes[site.index()] = made;
        owners[site.index()] = owner;
    }

    private PairNode node(Site site, int node) {
        return nodes[site.index()][node];
    }

    private PairNode owner(Site site, int slot) {
        int owner = owners[site.index()][slot];
        if (owner < 0) {
            throw new IllegalStateException("nobody owns slot " + slot + " at the " + site);
        }
        return nodes[site.index()][owner];
    }

    /// Whether all streams are read to where they were at the start.
    public boolean isReady() {
        for (PairNode[] site : nodes) {
            for (PairNode each : site) {
                if (!each.isReady()) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- reading ----

    /// A slot that a unit writes although the node does not own it, so that it must have moved;
    /// negative for none.
    public int strayOf(Site site, int node, StreamUnit unit) {
        int[] owner = owners[site.index()];
        int only = unit.marker() != null ? unit.slot() : SlotParts.only(unit);
        if (only >= 0) {
            return owner[only] == node ? StreamUnit.NO_SLOT : only;
        }
        for (PairCommand command : unit.commands()) {
            for (Effect effect : command.effects) {
                int slot = effect.key().database() < 0 ? only : effect.key().slot();
                if (slot >= 0 && owner[slot] != node) {
                    return slot;
                }
            }
        }
        return StreamUnit.NO_SLOT;
    }

    /// Whether the next unit of a node's stream may be read now.
    public boolean mayRead(Site site, int node, StreamUnit unit) {
        if (isHeld(node(site, node))) {
            return false;
        }
        Marker marker = unit.marker();
        return marker == null
                || !rules.holds(Rule.GATE)
                || marker.gate() <= owner(site.other(), slotOf(unit)).place.offset()
                || isPast(site, unit, marker);
    }

    /// In the midst of a flush a slot is ahead of its node.
    private boolean isPast(Site site, StreamUnit unit, Marker marker) {
        SlotPair slot = active.get(slotOf(unit));
        return slot != null && marker.gate() <= slot.pair.position(site.other());
    }

    private static int slotOf(StreamUnit unit) {
        if (unit.slot() < 0) {
            throw new IllegalArgumentException("a unit of the pair names no slot");
        }
        return unit.slot();
    }

    /// Whether a stream is not read for want of room. It is read all the same while anything waits
    /// for what stands in it.
    private boolean isHeld(PairNode node) {
        return isOver(node) && isReady() && node.owed == 0 && node.latched == 0;
    }

    private boolean isOver(PairNode node) {
        return node.waitingBytes >= options.queuedBytesLimit();
    }

    /// Whether a unit empties databases: then it is read by [#readFlush].
    public static boolean isFlush(StreamUnit unit) {
        for (PairCommand command : unit.commands()) {
            if (command.flush != null) {
                return true;
            }
        }
        return false;
    }

    /// Takes in the next unit of a node's stream.
    public void read(Site site, int node, StreamUnit unit) {
        int only = unit.marker() != null ? slotOf(unit) : SlotParts.only(unit);
        if (only >= 0) {
            readSlot(site, only, unit);
        } else if (!unit.commands().isEmpty()) {
            parts(site, unit, SlotParts.of(unit, List.of(), slot -> Set.of()));
        }
        passed(site, node, unit);
    }

    /// Takes in a unit that empties the node.
    ///
    /// @param present the keys that the other site has in a slot of that node, asked for since the
    ///   unit was the next one
    public void readFlush(
            Site site, int node, StreamUnit unit, IntFunction<Collection<byte[]>> present) {
        PairNode from = node(site, node);
        Iterable<Integer> slots = () -> from.slots.stream().iterator();
        parts(site, unit, SlotParts.of(unit, slots, slot -> present(site, slot, present)));
        passed(site, node, unit);
    }

    /// With what is on its way to there.
    private Set<KeyId> present(Site site, int slot, IntFunction<Collection<byte[]>> present) {
        Set<KeyId> keys = new HashSet<>();
        for (byte[] name : present.apply(slot)) {
            keys.add(new KeyId(0, name));
        }
        SlotPair of = active.get(slot);
        if (of != null) {
            of.pair.ledger().addKeys(site, keys);
        }
        return keys;
    }

    private void parts(Site site, StreamUnit unit, Map<Integer, List<PairCommand>> parts) {
        int size = unit.size() / Math.max(1, parts.size()) + 1;
        parts.forEach((slot, commands) ->
                readSlot(
                        site,
                        slot,
                        new StreamUnit(
                                unit.kind(),
                                unit.offset(),
                                unit.database(),
                                unit.millis(),
                                commands,
                                null,
                                size)));
    }

    private void passed(Site site, int node, StreamUnit unit) {
        PairNode from = node(site, node);
        from.place = new StreamPlace(from.place.stream(), unit.offset(), unit.database());
    }

    private void readSlot(Site site, int slot, StreamUnit unit) {
        SlotPair of = active.get(slot);
        if (of == null) {
            if (unit.kind() == StreamUnit.Kind.SNAPSHOT) {
                return;
            }
            of = begin(slot);
        }
        of.advance();
        of.pair.meetDeletions(site, unit);
        of.pair.read(site, unit);
        look(of);
    }

    private SlotPair begin(int slot) {
        PairNode source = owner(Site.SOURCE, slot);
        PairNode target = owner(Site.TARGET, slot);
        Start start =
                new Start(
                        epoch,
                        new Start.Side(null, source.place, source.fence),
                        new Start.Side(null, target.place, target.fence));
        SlotPair made =
                new SlotPair(slot, new Pair(start, perSlot, listener, rules), source, target);
        made.pair.countFrom(lastSequence);
        active.put(slot, made);
        return made;
    }

    /// A node calls its stream so from here on.
    public void stream(Site site, int node, String id) {
        PairNode of = node(site, node);
        if (!id.equals(of.place.stream())) {
            of.place = new StreamPlace(id, of.place.offset(), of.place.database());
        }
    }

    // ---- writing ----

    /// Gives free lanes of a node to slots that have something to do there.
    public void schedule(Site site, int node) {
        PairNode to = node(site, node);
        int lane = 0;
        for (int left = to.due.size(); left > 0; left--) {
            while (lane < to.lanes.length && to.lanes[lane] != null) {
                lane++;
            }
            if (lane == to.lanes.length) {
                return;
            }
            SlotPair next = to.due.removeFirst();
            next.due[site.index()] = false;
            if (!next.gone && !yields(next, site)) {
                next.lanes[site.index()] = lane;
                to.lanes[lane] = next;
            } else {
                look(next);
            }
        }
    }

    /// Whether a slot holds back because its destination's own writes find no room: our echo would
    /// stand behind them. When neither side keeps up, the source's writes go on.
    private boolean yields(SlotPair slot, Site destination) {
        PairNode to = slot.node(destination);
        PairNode from = slot.node(destination.other());
        return isOver(to)
                && to.latched == 0
                && !slot.pair.isWriting(destination)
                && !(isOver(from) && destination == Site.TARGET);
    }

    /// Goes one step with the slot that a lane serves.
    ///
    /// @return whether anything was done
    public boolean step(Site site, int node, int lane) {
        return step(site, node, lane, options.unitsPerTransaction());
    }

    boolean step(Site site, int node, int lane, int units) {
        PairNode to = node(site, node);
        SlotPair slot = to.lanes[lane];
        if (slot == null) {
            return false;
        }
        slot.advance();
        boolean done = slot.pair.step(site, units, isHeld(to));
        done |= slot.pair.stepRepairs();
        look(slot);
        return done;
    }

    /// The next request for a lane, or null.
    public @Nullable Request nextRequest(Site site, int node, int lane) {
        PairNode to = node(site, node);
        SlotPair slot = to.lanes[lane];
        Request next = slot == null ? null : slot.pair.nextRequest(site);
        if (slot != null && next == null) {
            release(slot, site);
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

    /// A lane is free when nothing is begun over it and every answer has come.
    private void release(SlotPair slot, Site site) {
        int at = site.index();
        if (slot.lanes[at] != SlotPair.NO_LANE
                && slot.open[at] == 0
                && !slot.pair.isWriting(site)) {
            slot.node(site).lanes[slot.lanes[at]] = null;
            slot.lanes[at] = SlotPair.NO_LANE;
            look(slot);
        }
    }

    /// The slot that a lane serves; negative for none.
    public int slotAt(Site site, int node, int lane) {
        SlotPair slot = node(site, node).lanes[lane];
        return slot == null ? StreamUnit.NO_SLOT : slot.slot;
    }

    private SlotPair served(Site site, int node, int lane) {
        SlotPair slot = node(site, node).lanes[lane];
        if (slot == null) {
            throw new IllegalStateException("an answer for a lane that serves nobody");
        }
        slot.open[site.index()]--;
        return slot;
    }

    /// The answer to [Request.AskOffset].
    public void fenced(Site site, int node, int lane, long offset) {
        SlotPair slot = served(site, node, lane);
        slot.pair.fenced(site, offset);
        look(slot);
    }

    /// The answer to [Request.AskRecords].
    public void snapshot(
            Site site, int node, int lane, long token, long offset, List<KeyRecord> records) {
        SlotPair slot = served(site, node, lane);
        slot.pair.snapshot(site, token, offset, records);
        look(slot);
    }

    /// The answer to [Request.Transaction].
    public void executed(Site site, int node, int lane, boolean done, Collection<KeyId> refused) {
        SlotPair slot = served(site, node, lane);
        slot.pair.executed(site, done, refused);
        look(slot);
    }

    /// The slots of a node about which only their markers there can tell whether their last
    /// transaction was executed.
    public List<Integer> unanswered(Site site, int node) {
        List<Integer> slots = new ArrayList<>();
        for (SlotPair each : active.values()) {
            if (each.node(site) == node(site, node) && each.pair.isUnanswered(site)) {
                slots.add(each.slot);
            }
        }
        return slots;
    }

    /// All connections to a node were lost, and new ones are open, behind a new epoch.
    ///
    /// @param markers that stand there now, of the [#unanswered] slots
    public void reconnected(Site site, int node, Map<Integer, Marker> markers) {
        PairNode of = node(site, node);
        for (SlotPair each : List.copyOf(active.values())) {
            if (each.node(site) == of) {
                each.open[site.index()] = 0;
                each.pair.reconnected(site, markers.get(each.slot));
                release(each, site);
                look(each);
            }
        }
    }

    // ---- how far ----

    /// Keeps account of a slot: what waits at its nodes, whether it has something to do, whether
    /// anything is on its way at all.
    private void look(SlotPair slot) {
        if (slot.gone) {
            return;
        }
        count(slot);
        for (Site site : Site.values()) {
            int at = site.index();
            boolean free = slot.lanes[at] == SlotPair.NO_LANE && !slot.due[at];
            if (free && slot.pair.wants(site)) {
                slot.due[at] = true;
                slot.node(site).due.addLast(slot);
            }
        }
        if (slot.pair.isQuiet() && !slot.isBound() && slot.open[0] == 0 && slot.open[1] == 0) {
            slot.gone = true;
            lastSequence = Math.max(lastSequence, slot.pair.lastSequence());
            active.remove(slot.slot);
        }
    }

    private static void count(SlotPair slot) {
        int latched = slot.pair.ledger().latchedCount();
        for (Site site : Site.values()) {
            int at = site.index();
            PairNode node = slot.node(site);
            long waiting = slot.pair.waitingBytes(site);
            boolean owed = slot.pair.isOwed(site);
            node.waitingBytes += waiting - slot.waitingBytes[at];
            node.owed += (owed ? 1 : 0) - (slot.owed[at] ? 1 : 0);
            node.latched += latched - slot.latched;
            slot.waitingBytes[at] = waiting;
            slot.owed[at] = owed;
        }
        slot.latched = latched;
    }

    /// Looks whether there is a newer floor.
    ///
    /// @return the newest, to be made durable; the same object while there is none newer
    public Floor floor() {
        FloorRound running = round;
        if (running == null) {
            if (isReady()) {
                round = new FloorRound(here(), active.values());
            }
            return floor;
        }
        Floor found = running.look();
        if (found != null) {
            floor = found;
            round = null;
        }
        return floor;
    }

    private Floor here() {
        return new Floor(places(Site.SOURCE), places(Site.TARGET));
    }

    private List<StreamPlace> places(Site site) {
        List<StreamPlace> places = new ArrayList<>();
        for (PairNode each : nodes[site.index()]) {
            places.add(each.place);
        }
        return places;
    }

    /// Whether nothing is on its way.
    public boolean isQuiet() {
        return active.isEmpty();
    }

    /// The numbers of a node's own writes at this moment.
    public PairStatus status(Site site, int node) {
        PairNode of = node(site, node);
        long settled = of.place.offset();
        long oldest = PairStatus.NOTHING_WAITS;
        int queued = 0;
        int keys = 0;
        for (SlotPair each : active.values()) {
            if (each.node(site) != of) {
                continue;
            }
            keys += each.pair.ledger().keyCount();
            long first = each.pair.oldest(site);
            if (first != Long.MAX_VALUE) {
                queued++;
                long millis = each.pair.oldestMillis(site);
                settled = Math.min(settled, first - 1);
                oldest = oldest == PairStatus.NOTHING_WAITS ? millis : Math.min(oldest, millis);
            }
        }
        return new PairStatus(
                of.place.offset(), settled, oldest, queued, of.waitingBytes, 0, keys, of.latched);
    }
}
