package io.syncline.engine.twoway;

import io.syncline.engine.command.Slots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
    private final List<Map<Integer, Integer>> terms = List.of(new HashMap<>(), new HashMap<>());
    private final Map<Integer, SlotPair> active = new HashMap<>();

    /// Of slots that moved in this run: by site, slot and term, which node owned it.
    private final List<Map<Integer, Map<Integer, Integer>>> past =
            List.of(new HashMap<>(), new HashMap<>());

    private final long epoch;
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private final PairListener listener;
    private final long queuedBytesLimit;
    private final RecentWrites recent;
    private final Gates gates = new Gates();
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
    void begin(Site site, Floor floor, List<Long> fences, int lanes) {
        List<BitSet> slots = floor.slots(site).slots();
        PairNode[] made = new PairNode[slots.size()];
        int[] owner = new int[Slots.COUNT];
        Arrays.fill(owner, StreamUnit.NO_SLOT);
        for (int i = 0; i < made.length; i++) {
            int node = i;
            StreamPlace place = floor.places(site).get(i);
            made[i] = new PairNode(site, i, slots.get(i), place, fences.get(i), lanes);
            slots.get(i).stream().forEach(slot -> owner[slot] = node);
        }
        nodes[site.index()] = made;
        owners[site.index()] = owner;
        terms.get(site.index()).putAll(floor.slots(site).terms());
    }

    int nodeCount(Site site) {
        return nodes[site.index()].length;
    }

    /// How many owners a slot had before at a site.
    int term(Site site, int slot) {
        return terms.get(site.index()).getOrDefault(slot, 0);
    }

    /// How far the stream of a slot's owner is read, within the slot.
    long position(Site site, int slot) {
        return Terms.offset(term(site, slot), owner(site, slot).place.offset());
    }

    /// Who owns what now.
    Ownership ownership(Site site) {
        List<BitSet> slots = new ArrayList<>();
        for (PairNode each : nodes[site.index()]) {
            slots.add(each.slots);
        }
        return new Ownership(slots, terms.get(site.index()));
    }

    /// A slot has another owner from here on.
    ///
    /// @param term its number
    void give(SlotPair slot, Site site, int node, int term) {
        int at = site.index();
        PairNode before = slot.node(site);
        PairNode now = node(site, node);
        terms.get(at).put(slot.slot, term);
        if (slot.terms[at] != term) {
            slot.pair.ledger().forgetRecords(site);
        }
        slot.terms[at] = term;
        if (before != now) {
            before.due.remove(slot);
            slot.due[at] = false;
            uncount(slot, site);
            before.slots.clear(slot.slot);
            now.slots.set(slot.slot);
            owners[at][slot.slot] = node;
            slot.nodes[at] = now;
        }
    }

    /// Notes who owned a slot.
    void note(Site site, int slot, int term, int node) {
        past.get(site.index()).computeIfAbsent(slot, s -> new HashMap<>()).put(term, node);
    }

    /// A slot's pair goes on in the stream of the owner of that place.
    void enter(SlotPair slot, Site site, long offset) {
        Integer node =
                past.get(site.index()).getOrDefault(slot.slot, Map.of()).get(Terms.of(offset));
        if (node != null) {
            String id = node(site, node).place.stream();
            slot.pair.stream(site, id, slot.pair.position(site));
        }
    }

    /// Whether an echo was written by somebody who counted the owners of its slot as it is done
    /// here. A restart counts from the streams, and a flush, say, may have taken what tells of an
    /// owner.
    boolean isCountedAlike(Site site, int slot, StreamPlace through) {
        Integer node =
                past.get(site.index()).getOrDefault(slot, Map.of()).get(Terms.of(through.offset()));
        if (node == null || through.stream().isEmpty()) {
            return true;
        }
        for (PairNode each : nodes[site.index()]) {
            if (each.index != node && each.place.stream().equals(through.stream())) {
                return false;
            }
        }
        return true;
    }

    private static void uncount(SlotPair slot, Site site) {
        int at = site.index();
        PairNode node = slot.node(site);
        node.waitingBytes -= slot.waitingBytes[at];
        node.owed -= slot.owed[at] ? 1 : 0;
        node.latched -= slot.latched;
        slot.waitingBytes[at] = 0;
        slot.owed[at] = false;
        // Counted anew at both.
        PairNode other = slot.node(site.other());
        other.latched -= slot.latched;
        slot.latched = 0;
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
                new Start(epoch, side(Site.SOURCE, slot, source), side(Site.TARGET, slot, target));
        SlotPair made =
                new SlotPair(
                        slot,
                        new Pair(start, options, listener, rules, recent, gates),
                        source,
                        target,
                        new int[] {term(Site.SOURCE, slot), term(Site.TARGET, slot)});
        // What earlier processes wrote there, no marker has told yet.
        made.pair.readBothFirst();
        made.pair.countFrom(lastSequence);
        active.put(slot, made);
        return made;
    }

    void owe(KeyId key, Site from) {
        SlotPair present = find(key.slot());
        SlotPair slot = present == null ? begin(key.slot()) : present;
        slot.pair.owe(key, from);
        look(slot);
    }

    private Start.Side side(Site site, int slot, PairNode node) {
        int term = term(site, slot);
        return new Start.Side(null, Terms.place(term, node.place), Terms.offset(term, node.fence));
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

    /// A slot is not to be given a lane. What waits of it takes no room from the others: its move
    /// may end in a stream that is not read for want of room.
    void withdraw(SlotPair slot) {
        count(slot);
        for (Site site : Site.values()) {
            if (slot.due[site.index()]) {
                slot.due[site.index()] = false;
                slot.node(site).due.remove(slot);
            }
        }
    }

    /// Its lane was lost.
    void unbind(SlotPair slot, Site site) {
        int at = site.index();
        if (slot.lanes[at] != SlotPair.NO_LANE) {
            slot.node(site).lanes[slot.lanes[at]] = null;
            slot.lanes[at] = SlotPair.NO_LANE;
            for (PairNode each : nodes[at]) {
                each.hasStrays = true;
            }
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
            if (free && !slot.isMoving() && slot.pair.wants(site)) {
                slot.due[at] = true;
                slot.node(site).due.addLast(slot);
            }
        }
        if (slot.pair.isQuiet() && slot.held == null && slot.isIdle()) {
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
            long waiting = slot.isMoving() ? 0 : slot.pair.waitingBytes(site);
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
                node.count(each);
            }
            HeldSlot held = each.held;
            if (held != null) {
                countParked(held);
            }
        }
    }

    private void countParked(HeldSlot held) {
        for (PairNode[] site : nodes) {
            for (PairNode each : site) {
                StreamUnit first = held.firstOf(each.site, each.index);
                if (first != null) {
                    each.count(first);
                }
            }
        }
    }

    /// Whether a stream is not read for want of room. It is read all the same while anything waits
    /// for what stands in it.
    boolean isHeld(PairNode node) {
        return isOver(node)
                && isReady()
                && node.owed == 0
                && (node.latched == 0 || gates.isClosed(node.site));
    }

    /// Holds back what comes from a site, or lets it go.
    void hold(Site origin, boolean closed) {
        if (gates.set(origin, closed) && !closed) {
            List.copyOf(active.values()).forEach(this::look);
        }
    }

    private boolean isOver(PairNode node) {
        return node.waitingBytes >= queuedBytesLimit;
    }

    /// Room that a transaction makes is read full again at once: a queue that is half empty tells
    /// that its stream has no more.
    private boolean isBehind(PairNode node) {
        return node.waitingBytes >= queuedBytesLimit / 2;
    }

    /// Whether a slot holds back because its destination's own writes find no room: our echo would
    /// stand behind them. When neither side keeps up, the source's writes go on.
    boolean yields(SlotPair slot, Site destination) {
        return yields(slot.node(destination), slot.node(destination.other()))
                && !slot.pair.isWriting(destination);
    }

    /// Whether all slots do that write to a node, but for those amid a transaction.
    boolean allYield(PairNode to) {
        for (PairNode from : nodes[to.site.other().index()]) {
            if (!yields(to, from)) {
                return false;
            }
        }
        return true;
    }

    private boolean yields(PairNode to, PairNode from) {
        if (gates.isClosed(to.site)) {
            return isOver(to);
        }
        return isBehind(to) && to.latched == 0 && !(isBehind(from) && to.site == Site.TARGET);
    }
}
