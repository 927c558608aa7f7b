package io.syncline.engine.twoway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What was read of one slot and must wait, since it is not known yet what it means: the slot is
/// being moved, or a deletion may be a move's.
final class HeldSlot {
    private final List<SortedMap<Integer, ArrayDeque<Parked>>> inbox =
            List.of(new TreeMap<>(), new TreeMap<>());

    /// What is known to come next, in its order, at places within the slot.
    private final List<ArrayDeque<StreamUnit>> ready =
            List.of(new ArrayDeque<>(), new ArrayDeque<>());

    /// By site and node: what a job copies there now.
    private final List<Map<Integer, JobPart>> copying = List.of(new HashMap<>(), new HashMap<>());

    private final boolean[] moving = new boolean[2];

    /// By site: which round of questions at least must tell that the move is over.
    final long[] ticket = new long[2];

    /// By site: a transaction was sent, and the connection was lost before its answer.
    final boolean[] unanswered = new boolean[2];

    /// How many rounds in a row told that the move is over while the streams did not show so.
    int fruitless;

    /// A unit that waits.
    ///
    /// @param ticket the first round that begins behind it
    /// @param part what a job copies, of which the unit is the beginning; null for any other
    record Parked(StreamUnit unit, long ticket, @Nullable JobPart part) {
        long size() {
            return unit.size() + (part == null ? 0 : part.bytes());
        }
    }

    /// Parks a unit, or takes it into what a job copies.
    ///
    /// @return by how much more is parked
    long park(Site site, int node, StreamUnit unit, long nextRound, @Nullable JobPart begins) {
        JobPart part = begins == null ? copying(site, node) : null;
        if (part != null) {
            long before = part.bytes();
            part.take(unit);
            return part.bytes() - before;
        }
        if (begins != null) {
            JobPart before = copying.get(site.index()).put(node, begins);
            if (before != null) {
                // It was given up without a word.
                before.end = unit.offset();
            }
        }
        Parked parked = new Parked(unit, nextRound, begins);
        inbox.get(site.index()).computeIfAbsent(node, n -> new ArrayDeque<>()).add(parked);
        return parked.size();
    }

    /// What a job copies to a node now; null for nothing.
    @Nullable JobPart copying(Site site, int node) {
        return copying.get(site.index()).get(node);
    }

    /// A job has ended.
    ///
    /// @return whether it copied this slot to that node
    boolean ends(Site site, int node, JobMark job, long offset) {
        JobPart part = copying(site, node);
        if (part == null || !part.name.equals(job.name())) {
            return false;
        }
        part.end = offset;
        part.successful = job.successful();
        copying.get(site.index()).remove(node);
        return true;
    }

    /// Whether a job copies the slot to some node, as far as is read.
    boolean isCopying(Site site) {
        return !copying.get(site.index()).isEmpty();
    }

    /// By node.
    SortedMap<Integer, ArrayDeque<Parked>> inbox(Site site) {
        return inbox.get(site.index());
    }

    ArrayDeque<StreamUnit> ready(Site site) {
        return ready.get(site.index());
    }

    /// Whether nothing waits any more.
    boolean isEmpty() {
        for (Site site : Site.values()) {
            if (isWaiting(site) || !ready(site).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /// Whether anything is parked.
    boolean isWaiting(Site site) {
        return inbox(site).values().stream().anyMatch(parked -> !parked.isEmpty());
    }

    void moves(Site site, long round) {
        moving[site.index()] = true;
        ticket[site.index()] = Math.max(ticket[site.index()], round);
    }

    void stays(Site site) {
        moving[site.index()] = false;
    }

    boolean isMoving() {
        return moving[0] || moving[1];
    }

    boolean isMoving(Site site) {
        return moving[site.index()];
    }

    /// The latest owner of the other site's that an echo in what waits tells of.
    int lastTerm(Site site) {
        int last = 0;
        for (StreamUnit unit : ready(site)) {
            last = Math.max(last, term(unit));
        }
        for (ArrayDeque<Parked> parked : inbox(site).values()) {
            for (Parked each : parked) {
                last = Math.max(last, term(each.unit()));
            }
        }
        return last;
    }

    private static int term(StreamUnit unit) {
        Marker marker = unit.marker();
        return marker == null ? 0 : Terms.of(marker.gate());
    }

    /// Whether what is parked shows another move.
    boolean tellsOfMove(Site site, int owner) {
        for (Map.Entry<Integer, ArrayDeque<Parked>> each : inbox(site).entrySet()) {
            boolean stray = each.getKey() != owner && !each.getValue().isEmpty();
            if (stray || each.getValue().stream().anyMatch(p -> Stints.isImport(p.unit()))) {
                return true;
            }
        }
        return false;
    }

    /// What is parked of a node, up to an offset.
    List<Parked> through(Site site, int node, long offset) {
        List<Parked> through = new ArrayList<>();
        for (Parked each : inbox(site).getOrDefault(node, new ArrayDeque<>())) {
            if (each.unit().offset() > offset) {
                break;
            }
            through.add(each);
        }
        return through;
    }

    /// Forgets it.
    ///
    /// @return by how much less is parked
    long dropThrough(Site site, int node, long offset) {
        long bytes = 0;
        ArrayDeque<Parked> parked = inbox(site).getOrDefault(node, new ArrayDeque<>());
        while (!parked.isEmpty() && parked.getFirst().unit().offset() <= offset) {
            bytes += parked.removeFirst().size();
        }
        return bytes;
    }

    /// The first units of a node that are no doubtful deletions, or of which enough is known.
    List<StreamUnit> takeKnown(Site site, int node, boolean doubts, long round) {
        List<StreamUnit> taken = new ArrayList<>();
        ArrayDeque<Parked> parked = inbox(site).getOrDefault(node, new ArrayDeque<>());
        while (!parked.isEmpty()
                && (!doubts
                        || !Stints.mayBeOfMove(parked.getFirst().unit())
                        || parked.getFirst().ticket() <= round)) {
            taken.add(parked.removeFirst().unit());
        }
        return taken;
    }

    /// Adds the keys that parked units of a site are about.
    void addKeys(Site site, Set<KeyId> into) {
        inbox(site).values().forEach(parked -> parked.forEach(each -> each.unit().addKeys(into)));
        ready(site).forEach(unit -> unit.addKeys(into));
    }

    /// The first unit of a node that waits; null for none.
    @Nullable StreamUnit firstOf(Site site, int node) {
        ArrayDeque<Parked> parked = inbox(site).get(node);
        Parked first = parked == null ? null : parked.peekFirst();
        return first == null ? null : first.unit();
    }
}
