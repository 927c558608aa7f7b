package io.syncline.engine.twoway;

import io.syncline.engine.twoway.SlotRounds.Round;
import io.syncline.engine.twoway.Stints.Stint;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The slots of which something must wait, because they move between the primaries of a site or may
/// do so.
///
/// A slot is held from the first sign: a command of it in the stream of a node that does not own
/// it, a deletion, which may be a move's, a node that says so, or that refuses to be written. Then
/// all that is read of it waits, at both sites, and nothing of it is written. *Rounds* tell how it
/// goes on: every primary of the site says, after the sign was read, which slots it owns, and where
/// its stream stood at that moment. When the streams are read up to there, a deletion is a user's
/// if no other node has shown the slot; and a move is over if one node owns the slot and no other
/// one has keys of it. What waits is then read in its order ([Stints]), as if the slot had one
/// stream.
final class SlotHolds {
    /// Rounds that tell of a move's end before the streams do happen when the nodes were asked one
    /// after the other; not so many.
    private static final int MOST_FRUITLESS = 100;

    /// What may be parked at both sites before streams wait instead.
    private static final long PARKED_LIMIT = 64L << 20;

    private final SlotTable table;
    private final Set<SlotPair> held = new LinkedHashSet<>();
    private final SlotRounds rounds;
    private final SlotFeed feed;
    private long parkedBytes;
    private SlotPairs.@Nullable Lost lost;

    /// Hears of a slot that is found to move.
    @FunctionalInterface
    interface Listener {
        void moves(SlotPair slot);
    }

    private final Listener listener;

    SlotHolds(SlotTable table, PairOptions.Rules rules, Listener listener) {
        this.table = table;
        this.rounds = new SlotRounds(table);
        this.feed = new SlotFeed(table, rules);
        this.listener = listener;
    }

    SlotPairs.@Nullable Lost lost() {
        return lost == null ? feed.lost() : lost;
    }

    boolean isAnyMoving() {
        return held.stream().anyMatch(SlotPair::isMoving);
    }

    // ---- what is read ----

    /// Parks a unit that must wait.
    ///
    /// @param settled whether it is no deletion that might be a move's
    /// @return whether it waits
    boolean park(Site site, int node, int slot, StreamUnit unit, boolean settled) {
        boolean stray = node != table.ownerIndex(site, slot) || Stints.isImport(unit);
        boolean ahead = isAhead(site, slot, unit);
        boolean doubtful = !settled && isDoubtful(site, unit);
        SlotPair of = table.find(slot);
        if (!stray && !ahead && !doubtful && (of == null || of.held == null)) {
            return false;
        }
        SlotPair pair = hold(slot);
        if (stray) {
            moves(pair, site);
        }
        if (ahead) {
            moves(pair, site.other());
        }
        parkedBytes += inOf(pair).park(site, node, unit, rounds.next(site), null);
        return true;
    }

    /// A job copies slots to a node, or has ended.
    void job(Site site, int node, StreamUnit unit, JobMark job, int source) {
        for (int slot : job.slots().stream().toArray()) {
            if (table.ownerIndex(site, slot) >= 0) {
                SlotPair pair = hold(slot);
                moves(pair, site);
                JobPart part = new JobPart(job.name(), source);
                parkedBytes += inOf(pair).park(site, node, unit, rounds.next(site), part);
            }
        }
        for (SlotPair each : job.begins() ? List.<SlotPair>of() : held) {
            HeldSlot of = inOf(each);
            if (of.ends(site, node, job, unit.offset())) {
                of.moves(site, rounds.next(site));
            }
        }
    }

    /// Whether a deletion may be a move's.
    private boolean isDoubtful(Site site, StreamUnit unit) {
        return table.nodeCount(site) > 1 && Stints.mayBeOfMove(unit);
    }

    /// Whether what is read of a slot at a node would wait.
    boolean waits(Site site, int node, int slot, StreamUnit unit) {
        SlotPair of = table.find(slot);
        return (of != null && of.held != null)
                || node != table.ownerIndex(site, slot)
                || isAhead(site, slot, unit);
    }

    /// Whether an echo tells of an owner of the other site that is not known yet.
    private boolean isAhead(Site site, int slot, StreamUnit unit) {
        Marker marker = unit.marker();
        return marker != null && Terms.of(marker.gate()) > table.term(site.other(), slot);
    }

    private SlotPair hold(int slot) {
        SlotPair pair = table.find(slot);
        if (pair == null) {
            pair = table.begin(slot);
        }
        if (pair.held == null) {
            pair.advance();
            pair.held = new HeldSlot();
            held.add(pair);
        }
        return pair;
    }

    private static HeldSlot inOf(SlotPair slot) {
        HeldSlot present = slot.held;
        if (present == null) {
            throw new IllegalStateException("slot " + slot.slot + " is not held");
        }
        return present;
    }

    private void moves(SlotPair slot, Site site) {
        HeldSlot of = inOf(slot);
        if (!of.isMoving(site)) {
            of.moves(site, rounds.next(site));
            listener.moves(slot);
            table.withdraw(slot);
        }
    }

    /// A node refused to be written: the slot is somewhere else, or on its way.
    void displaced(SlotPair slot, Site site) {
        moves(hold(slot.slot), site);
    }

    /// The connection to a node was lost. Of a slot on its way the marker there tells nothing: it
    /// may have gone already. The streams will.
    ///
    /// @return whether it stays open whether its last transaction was executed
    boolean isLeftOpen(SlotPair slot, Site site) {
        if (!slot.isMoving(site) || !slot.pair.isUnanswered(site)) {
            return false;
        }
        inOf(slot).unanswered[site.index()] = true;
        table.unbind(slot, site);
        return true;
    }

    // ---- rounds ----

    boolean isSighted(Site site) {
        return rounds.isSighted(site);
    }

    /// Whether the next round is waited for.
    boolean isWaitedFor(Site site) {
        if (!mayBegin(site) || rounds.isSightingAwaited(site)) {
            return rounds.isSightingAwaited(site);
        }
        for (SlotPair each : held) {
            HeldSlot of = inOf(each);
            boolean waits = of.isMoving(site) || of.isWaiting(site);
            // While a job copies, nothing goes on by a round.
            if (waits && !of.isCopying(site)) {
                return true;
            }
        }
        return false;
    }

    /// The next round begins when the streams are read to where the last one has found them, unless
    /// nothing that waits would go on by that.
    boolean mayBegin(Site site) {
        return rounds.latest(site) == null || rounds.read(site) != null || !isUseful(site);
    }

    private boolean isUseful(Site site) {
        Round round = rounds.latest(site);
        if (round != null) {
            for (SlotPair each : held) {
                if (!inOf(each).isMoving(site) || round.owner(each.slot) >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    long beginRound(Site site) {
        return rounds.begin(site);
    }

    /// The slots of which is to be asked whether keys are left.
    BitSet questionable(Site site) {
        BitSet slots = moving(site);
        held.stream()
                .filter(each -> inOf(each).isCopying(site))
                .forEach(each -> slots.clear(each.slot));
        return slots;
    }

    /// The slots on their way between the primaries of a site.
    BitSet moving(Site site) {
        BitSet slots = new BitSet();
        held.stream().filter(each -> each.isMoving(site)).forEach(each -> slots.set(each.slot));
        return slots;
    }

    /// What a round found: a sighting of each node.
    void sighted(Site site, long number, List<NodeSighting> nodes) {
        rounds.found(site, new Round(number, nodes));
        BitSet changed = new BitSet();
        for (int i = 0; i < nodes.size(); i++) {
            BitSet differs = nodes.get(i).owned();
            differs.xor(table.node(site, i).slots);
            changed.or(differs);
            changed.or(nodes.get(i).open());
        }
        changed.stream()
                .forEach(slot -> {
                    if (table.ownerIndex(site, slot) >= 0) {
                        moves(hold(slot), site);
                    }
                });
    }

    /// Whether a stream must be read on, whatever waits already.
    boolean isAwaited(PairNode node) {
        Round round = rounds.latest(node.site);
        return !held.isEmpty()
                && round != null
                && node.place.offset() < round.offset(node.index)
                && isUseful(node.site);
    }

    /// Whether nothing more is read for want of room.
    boolean isFull(PairNode node) {
        return parkedBytes >= PARKED_LIMIT && !isAwaited(node);
    }

    // ---- going on ----

    /// Lets go on what may.
    ///
    /// @return whether anything was done
    boolean settle() {
        boolean any = false;
        for (SlotPair each : List.copyOf(held)) {
            any |= settle(each);
        }
        return any;
    }

    private boolean settle(SlotPair slot) {
        HeldSlot of = inOf(slot);
        boolean any = feed.feed(slot, of);
        while (arrange(slot, of)) {
            any = true;
            feed.feed(slot, of);
        }
        if (of.isEmpty() && !of.isMoving()) {
            slot.held = null;
            held.remove(slot);
            slot.advance();
            table.look(slot);
            return true;
        }
        return any;
    }

    /// Finds out what of the parked comes next.
    ///
    /// @return whether anything is ready that was not, or a move is over
    private boolean arrange(SlotPair slot, HeldSlot of) {
        boolean any = false;
        for (Site site : Site.values()) {
            if (!of.isMoving(site)) {
                any |= takeKnown(slot, of, site);
            } else if (!of.ready(site).isEmpty()) {
                // It may wait for an owner of which an echo tells, and which no stream shows.
                if (!of.isWaiting(site) && isOver(slot, of, site)) {
                    requireCounted(slot, of, site);
                }
            } else if (slot.isIdle() && isOver(slot, of, site)) {
                List<Stint> stints = stints(slot, of, site);
                if (stints != null) {
                    over(slot, of, site, stints);
                    any = true;
                }
            }
        }
        return any;
    }

    /// An earlier run may have counted an owner that did nothing to the slot.
    private void requireCounted(SlotPair slot, HeldSlot of, Site site) {
        if (of.lastTerm(site.other()) > slot.terms[site.index()]) {
            lost = new SlotPairs.Lost(site, slot.slot);
        }
    }

    private boolean takeKnown(SlotPair slot, HeldSlot of, Site site) {
        Round round = rounds.read(site);
        long known = round == null ? 0 : round.number();
        int owner = slot.node(site).index;
        boolean doubts = table.nodeCount(site) > 1;
        List<StreamUnit> units = of.takeKnown(site, owner, doubts, known);
        for (StreamUnit unit : units) {
            parkedBytes -= unit.size();
            of.ready(site).add(unit.at(slot.offset(site, unit.offset())));
        }
        return !units.isEmpty();
    }

    /// Whether a slot rests at a site, by the word of its nodes, and everything up to there is
    /// read.
    private boolean isOver(SlotPair slot, HeldSlot of, Site site) {
        Round round = rounds.read(site);
        return round != null
                && round.number() >= of.ticket[site.index()]
                && round.owner(slot.slot) >= 0
                && new SlotOrder(of, site, round).areCopiesOver();
    }

    private @Nullable List<Stint> stints(SlotPair slot, HeldSlot of, Site site) {
        Round round = rounds.latest(site);
        if (round == null) {
            return null;
        }
        int last = round.owner(slot.slot);
        List<Stint> found = new SlotOrder(of, site, round).stints(slot.node(site).index, last);
        if (found == null) {
            of.ticket[site.index()] = rounds.next(site);
            if (++of.fruitless >= MOST_FRUITLESS) {
                lost = new SlotPairs.Lost(site, slot.slot);
            }
        }
        return found;
    }

    private void over(SlotPair slot, HeldSlot of, Site site, List<Stint> stints) {
        Round round = rounds.latest(site);
        int term = slot.terms[site.index()];
        int owner = slot.node(site).index;
        Marker marker = null;
        for (int i = 0; i < stints.size(); i++) {
            Stint stint = stints.get(i);
            term += i == 0 ? 0 : 1;
            owner = stint.node();
            table.note(site, slot.slot, term, owner);
            for (StreamUnit unit : stint.units()) {
                marker = unit.marker() == null ? marker : unit.marker();
                of.ready(site).add(unit.at(Terms.offset(term, unit.offset())));
            }
        }
        for (int i = 0; round != null && i < round.nodes().size(); i++) {
            parkedBytes -= of.dropThrough(site, i, round.offset(i));
        }
        of.stays(site);
        of.fruitless = 0;
        if (of.unanswered[site.index()]) {
            of.unanswered[site.index()] = false;
            slot.pair.reconnected(site, marker == null ? slot.pair.lastMarker(site) : marker);
        }
        table.give(slot, site, owner, term);
        if (of.tellsOfMove(site, owner)) {
            moves(slot, site);
        } else {
            requireCounted(slot, of, site);
        }
    }

    /// Reads one unit of a slot of which nothing waits.
    ///
    /// @param unit at its place within the slot
    void read(SlotPair slot, Site site, StreamUnit unit) {
        feed.read(slot, site, unit);
    }
}
