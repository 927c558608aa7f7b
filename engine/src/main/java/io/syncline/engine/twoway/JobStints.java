package io.syncline.engine.twoway;

import io.syncline.engine.twoway.HeldSlot.Parked;
import io.syncline.engine.twoway.Stints.Stint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts what several primaries streamed of one slot into the order in which it was done, where jobs
/// of the server moved it. Each job says from where it took the slot, and ends where its new owner
/// begins; the former one then deletes each key that it had (`UNLINK`), which is left out.
final class JobStints {
    private final int last;
    private final SortedMap<Integer, List<Segment>> left = new TreeMap<>();
    private final List<List<Segment>> found = new ArrayList<>();

    /// What one owner streamed of the slot.
    ///
    /// @param part by which it got the slot; null for the first owner
    private record Segment(int node, @Nullable JobPart part, List<StreamUnit> units) {}

    private JobStints(int last) {
        this.last = last;
    }

    /// All stints, without what jobs have copied and cleared away.
    ///
    /// @param parked of each node, up to where a round has found the slot at rest
    /// @return null when the streams do not show in which order
    static @Nullable List<Stint> of(SortedMap<Integer, List<Parked>> parked, int first, int last) {
        JobStints stints = new JobStints(last);
        for (Map.Entry<Integer, List<Parked>> each : parked.entrySet()) {
            if (!stints.split(each.getKey(), each.getValue(), each.getKey() == first)) {
                return null;
            }
        }
        List<Segment> own = stints.left.getOrDefault(first, new ArrayList<>());
        Segment begin = own.isEmpty() ? new Segment(first, null, List.of()) : own.removeFirst();
        stints.search(new ArrayList<>(List.of(begin)));
        return stints.found.size() == 1 ? without(stints.found.getFirst()) : null;
    }

    private boolean split(int node, List<Parked> parked, boolean isFirst) {
        List<Segment> segments = new ArrayList<>();
        if (isFirst) {
            segments.add(new Segment(node, null, new ArrayList<>()));
        }
        for (Parked each : parked) {
            JobPart part = each.part();
            StreamUnit unit = each.unit();
            if (part != null) {
                if (part.successful) {
                    segments.add(new Segment(node, part, new ArrayList<>()));
                }
            } else if (Stints.isImport(unit)) {
                // Moved by MIGRATE, too.
                return false;
            } else if (!segments.isEmpty()) {
                segments.getLast().units().add(unit);
            } else if (!Stints.isSweep(unit)) {
                return false;
            }
        }
        left.put(node, segments);
        return true;
    }

    private void search(List<Segment> begun) {
        int before = begun.getLast().node();
        if (left.values().stream().allMatch(List::isEmpty)) {
            if (before == last) {
                found.add(List.copyOf(begun));
            }
            return;
        }
        for (List<Segment> segments : left.values()) {
            JobPart part = segments.isEmpty() ? null : segments.getFirst().part();
            if (part != null && part.source == before) {
                begun.add(segments.removeFirst());
                search(begun);
                segments.addFirst(begun.removeLast());
            }
        }
    }

    /// Leaves out what each owner but the last cleared away.
    private static List<Stint> without(List<Segment> order) {
        List<Stint> stints = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            Segment segment = order.get(i);
            JobPart taken = i + 1 < order.size() ? order.get(i + 1).part() : null;
            stints.add(
                    new Stint(
                            segment.node(),
                            taken == null
                                    ? segment.units()
                                    : Stints.withoutLast(segment.units(), taken::has)));
        }
        return stints;
    }
}
