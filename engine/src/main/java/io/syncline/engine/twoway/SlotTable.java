package io.syncline.engine.twoway;

import io.syncline.engine.command.Slots;
import io.syncline.engine.twoway.SlotPairs.Begun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The pairs of all slots with anything on their way, and the nodes that they are between: makes
/// and drops them, and keeps account of what waits where.
final class SlotTable {
    private final PairNode[][] nodes = new PairNode[2][];
    private final int[][] owners = new int[2][];
    private final Map<Integer, SlotPair> active = new HashMap<>();
    private final long epoch;
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private final PairListener listener;
    private final long queuedBytesLimit;
    private final RecentWrites recent;
    private long lastSequence;

    SlotTable(long epoch, PairOptions options, PairOptions.Rules rules, PairListener listener) {
        this.epoch = epoch;
        queuedBytesLimit = options.queuedBytesLimit();
        // What waits is bounded for each node, not for each slot.
        this.options =
                new PairOptions(
                        options.guard(),
                        options.deletesYield(),
                        options.unitsPerTransaction(),
                        options.bytesPerTransaction(),
                        false,
                        Long.MAX_VALUE);
        this.rules = rules;
        this.listener = listener;
        recent = new RecentWrites(options.guard());
    }

    /// The primaries of a site.
    void begin(Site site, List<Begun> begun, Floor floor, int lanes) {
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

    PairNode node(Site site, int node) {
        return nodes[site.index()][node];
    }

    PairNode owner(Site site, int slot) {
        int owner = owners[site.index()][slot];
        if (owner < 0) {
            throw new IllegalStateException("nobody owns slot " + slot + " at the " + site);
        }
        return nodes[site.index()][owner];
    }

    /// The number of a slot's owner; negative for none.
    int ownerIndex(Site site, int slot) {
        return owners[site.index()][slot];
    }

    @Nullable SlotPair find(int slot) {
        return active.get(slot);
    }

    Collection<SlotPair> active() {
        return active.values();
    }

    /// Whether all streams are read to where they were at the start.
    boolean isReady() {
        for (PairNode[] site : nodes) {
            for (PairNode each : site) {
                if (!each.isReady()) {
                    return false;
                }
            }
        }
        return true;
    }

    /// A pair that begins where the streams are.
    SlotPair begin(int slot) {
        PairNode source = owner(Site.SOURCE, slot);
        PairNode target = owner(Site.TARGET, slot);
        Start start =
                new Start(
                        epoch,
                        new Start.Side(null, source.place, source.fence),
                        new Start.Side(null, target.place, target.fence));
        SlotPair made =
                new SlotPair(
                        slot, new Pair(start, options, listener, rules, recent), source, target);
        made.pair.countFrom(lastSequence);
        active.put(slot, made);
        return made;
    }

    /// A lane is free when nothing is begun over it and every answer has come.
    void release(SlotPair slot, Site site) {
        int at = site.index();
        if (slot.lanes[at] != SlotPair.NO_LANE
                && slot.open[at] == 0
                && !slot.pair.isWriting(site)) {
            slot.node(site).lanes[slot.lanes[at]] = null;
            slot.lanes[at] = SlotPair.NO_LANE;
            look(slot);
        }
    }

    /// Keeps account of a slot: what waits at its nodes, whether it has something to do, whether
    /// anything is on its way at all.
    void look(SlotPair slot) {
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

    /// How far the streams of a site are read.
    List<StreamPlace> places(Site site) {
        List<StreamPlace> places = new ArrayList<>();
        for (PairNode each : nodes[site.index()]) {
            places.add(each.place);
        }
        return places;
    }

    /// Counts what every node's own writes come to: one look at each slot for all of them.
    void count() {
        for (PairNode[] site : nodes) {
            for (PairNode each : site) {
                each.beginCount();
            }
        }
        for (SlotPair each : active.values()) {
            for (PairNode node : each.nodes) {
                node.count(each.pair);
            }
        }
    }

    /// Whether a stream is not read for want of room. It is read all the same while anything waits
    /// for what stands in it.
    boolean isHeld(PairNode node) {
        return isOver(node) && isReady() && node.owed == 0 && node.latched == 0;
    }

    private boolean isOver(PairNode node) {
        return node.waitingBytes >= queuedBytesLimit;
    }

    /// Whether a slot holds back because its destination's own writes find no room: our echo would
    /// stand behind them. When neither side keeps up, the source's writes go on.
    boolean yields(SlotPair slot, Site destination) {
        PairNode to = slot.node(destination);
        PairNode from = slot.node(destination.other());
        return isOver(to)
                && to.latched == 0
                && !slot.pair.isWriting(destination)
                && !(isOver(from) && destination == Site.TARGET);
    }
}
