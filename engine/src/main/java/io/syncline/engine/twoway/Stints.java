package io.syncline.engine.twoway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Puts what several primaries of a site streamed of one slot, while it was moved between them by
/// MIGRATE, into the order in which it was done, and leaves out what the move itself did.
///
/// MIGRATE writes a key at the new owner (`RESTORE-ASKING`), then deletes it at the old one. Before
/// that the key's commands are run by the old owner, behind it by the new one. So of each key
/// everything that the old owner streamed comes first, and that is so of the slot, too, since a
/// command's keys are all at one node. A stretch of one node's stream between the slot's coming and
/// its going is a *stint*.
///
/// A deletion is the move's if the next stint that tells of the key begins it by RESTORE-ASKING.
final class Stints {
    /// One stretch of a node's stream.
    record Stint(int node, List<StreamUnit> units) {}

    private static final Effect[] NONE = {};

    /// Beyond it the order among more than two nodes is not looked for.
    private static final int MOST_STINTS = 8;

    private final int first;
    private final int last;
    private final List<Stint> order = new ArrayList<>();

    private Stints(int first, int last) {
        this.first = first;
        this.last = last;
    }

    /// Whether a unit may be the deletion of keys that were moved to another node.
    static boolean mayBeOfMove(StreamUnit unit) {
        if (unit.kind() != StreamUnit.Kind.LOCAL) {
            return false;
        }
        for (PairCommand command : unit.commands()) {
            if (!command.deletes) {
                return false;
            }
        }
        return true;
    }

    /// All stints, beginning with one of the owner before and ending with one of the owner behind.
    ///
    /// @param units what each node streamed of the slot
    /// @return null when the streams do not show a move that is over, or not in which order
    static @Nullable List<Stint> of(
            SortedMap<Integer, List<StreamUnit>> units, int first, int last) {
        Stints stints = new Stints(first, last);
        return stints.arrange(units) ? without(stints.order) : null;
    }

    // ---- the order ----

    private boolean arrange(SortedMap<Integer, List<StreamUnit>> units) {
        List<Integer> others = new ArrayList<>();
        units.forEach((node, of) -> {
            // A flush of a node that had nothing of the slot did nothing to it.
            if (node != first && !of.stream().allMatch(Stints::isSweep)) {
                others.add(node);
            }
        });
        List<StreamUnit> own = units.getOrDefault(first, List.of());
        int other = others.isEmpty() ? last : others.getFirst();
        if (others.size() > 1 || (other != last && first != last)) {
            return search(own, others, units);
        }
        List<StreamUnit> theirs =
                others.isEmpty() ? List.of() : units.getOrDefault(other, List.of());
        return alternate(own, other, theirs);
    }

    /// Between more than two nodes: the one order in which every key that came is seen to have gone
    /// before.
    private boolean search(
            List<StreamUnit> own,
            List<Integer> others,
            SortedMap<Integer, List<StreamUnit>> units) {
        SortedMap<Integer, ArrayDeque<Stint>> left = new TreeMap<>();
        int count = 0;
        Set<KeyId> came = new HashSet<>(restored(own));
        others.forEach(each -> came.addAll(restored(units.getOrDefault(each, List.of()))));
        for (int node : others) {
            List<StreamUnit> of = units.getOrDefault(node, List.of());
            left.put(node, stints(node, split(of, came, false)));
        }
        left.put(first, stints(first, split(own, came, true)));
        if (first != last && !others.contains(last)) {
            left.put(last, stints(last, List.of(List.of())));
        }
        for (ArrayDeque<Stint> each : left.values()) {
            count += each.size();
        }
        List<List<Stint>> found = new ArrayList<>();
        if (count <= MOST_STINTS) {
            List<Stint> begun = new ArrayList<>();
            begun.add(left.getOrDefault(first, new ArrayDeque<>()).removeFirst());
            search(begun, left, found);
        }
        if (found.size() != 1) {
            return false;
        }
        order.addAll(found.getFirst());
        return true;
    }

    private static ArrayDeque<Stint> stints(int node, List<List<StreamUnit>> of) {
        ArrayDeque<Stint> stints = new ArrayDeque<>();
        of.forEach(each -> stints.add(new Stint(node, each)));
        return stints;
    }

    private void search(
            List<Stint> begun,
            SortedMap<Integer, ArrayDeque<Stint>> left,
            List<List<Stint>> found) {
        int before = begun.getLast().node();
        if (left.values().stream().allMatch(ArrayDeque::isEmpty)) {
            if (before == last && without(begun) != null) {
                found.add(List.copyOf(begun));
            }
            return;
        }
        left.forEach((node, stints) -> {
            Stint next = node == before ? null : stints.pollFirst();
            if (next != null) {
                begun.add(next);
                search(begun, left, found);
                begun.removeLast();
                stints.addFirst(next);
            }
        });
    }

    /// Between two nodes, maybe to and fro.
    private boolean alternate(List<StreamUnit> own, int other, List<StreamUnit> theirs) {
        if (theirs.isEmpty() && first == last) {
            order.add(new Stint(first, own));
            return true;
        }
        List<List<StreamUnit>> here = split(own, restored(theirs), true);
        List<List<StreamUnit>> there = split(theirs, restored(own), false);
        if (there.isEmpty()) {
            there.add(List.of());
        }
        if (first == last && here.size() == 1) {
            if (!isConcerned(own, restored(theirs))) {
                return unseen(own, other, theirs);
            }
            here = behindLast(own, restored(theirs));
        }
        int expected = there.size() + (first == last ? 1 : 0);
        if (here.size() != expected) {
            return false;
        }
        for (int i = 0; i < here.size(); i++) {
            order.add(new Stint(first, here.get(i)));
            if (i < there.size()) {
                order.add(new Stint(other, there.get(i)));
            }
        }
        return true;
    }

    /// No key is seen to have gone to the other node: what was begun was given up, or only remains
    /// were cleared away. But if that one wrote anything, it had the slot: that came without a key,
    /// and went so; or users made new keys there on the way, which were brought back. When it was
    /// there matters only to keys that both wrote.
    private boolean unseen(List<StreamUnit> own, int other, List<StreamUnit> theirs) {
        if (theirs.stream().noneMatch(Stints::isWrite)) {
            order.add(new Stint(first, own));
            return true;
        }
        Set<KeyId> keys = new HashSet<>();
        theirs.forEach(unit -> unit.addKeys(keys));
        int before = 0;
        while (before < own.size() && !own.get(before).touches(keys)) {
            before++;
        }
        order.add(new Stint(first, own.subList(0, before)));
        order.add(new Stint(other, theirs));
        order.add(new Stint(first, own.subList(before, own.size())));
        return bringsBack(own.subList(before, own.size()), keys);
    }

    /// Whether the first that units tell of each of these keys is that it came.
    private static boolean bringsBack(List<StreamUnit> units, Set<KeyId> keys) {
        Set<KeyId> left = new HashSet<>(keys);
        for (StreamUnit unit : units) {
            if (isImport(unit)) {
                left.removeAll(restored(List.of(unit)));
            } else if (unit.touches(left)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWrite(StreamUnit unit) {
        return !isSweep(unit) && !isImport(unit) && !mayBeOfMove(unit);
    }

    private static List<List<StreamUnit>> split(
            List<StreamUnit> units, Set<KeyId> elsewhere, boolean isFirst) {
        List<List<StreamUnit>> stints = cut(units, elsewhere);
        // The owner before has the slot already: what comes to it comes back.
        boolean comes = !units.isEmpty() && isImport(units.getFirst());
        if (isFirst && (stints.isEmpty() || comes)) {
            stints.addFirst(List.of());
        }
        return stints;
    }

    /// Cuts where a key comes behind one that went: there nothing was left before. Users' writes
    /// that follow the last deletion made new keys, on their way to where the slot goes, so these
    /// belong to what comes.
    private static List<List<StreamUnit>> cut(List<StreamUnit> units, Set<KeyId> elsewhere) {
        List<List<StreamUnit>> stints = new ArrayList<>();
        List<StreamUnit> present = new ArrayList<>();
        boolean went = false;
        int left = 0;
        for (StreamUnit unit : units) {
            if (went && isImport(unit)) {
                stints.add(List.copyOf(present.subList(0, left)));
                present.subList(0, left).clear();
                went = false;
                left = 0;
            }
            went |= mayBeOfMove(unit) && unit.touches(elsewhere);
            present.add(unit);
            if (mayBeOfMove(unit) || unit.marker() != null) {
                left = present.size();
            }
        }
        if (!present.isEmpty()) {
            stints.add(present);
        }
        return stints;
    }

    /// Two stints: up to the last deletion of one of these keys, and what is behind it.
    private static List<List<StreamUnit>> behindLast(List<StreamUnit> units, Set<KeyId> keys) {
        int end = 0;
        for (int i = 0; i < units.size(); i++) {
            if (mayBeOfMove(units.get(i)) && units.get(i).touches(keys)) {
                end = i + 1;
            }
        }
        return List.of(units.subList(0, end), units.subList(end, units.size()));
    }

    private static boolean isConcerned(List<StreamUnit> units, Set<KeyId> keys) {
        return units.stream().anyMatch(unit -> mayBeOfMove(unit) && unit.touches(keys));
    }

    static boolean isSweep(StreamUnit unit) {
        return unit.commands().stream().allMatch(command -> command.sweeps)
                && unit.marker() == null;
    }

    /// Whether a key came by it from another node.
    static boolean isImport(StreamUnit unit) {
        return unit.commands().stream().anyMatch(command -> command.imports);
    }

    private static Set<KeyId> restored(List<StreamUnit> units) {
        Set<KeyId> keys = new HashSet<>();
        for (StreamUnit unit : units) {
            for (PairCommand command : unit.commands()) {
                if (command.imports) {
                    keys.add(command.effects[0].key());
                }
            }
        }
        return keys;
    }

    // ---- what the move did ----

    /// What one stint tells of one key.
    private static final class Span {
        /// The last unit about it.
        int end;

        boolean endsByDeletion;
        boolean imported;

        /// Something was done to it before it came.
        boolean early;

        boolean other;
        boolean leavesImport;
        boolean leavesEnd;
    }

    private static Map<KeyId, Span> spans(List<StreamUnit> units) {
        Map<KeyId, Span> spans = new HashMap<>();
        for (int i = 0; i < units.size(); i++) {
            for (PairCommand command : units.get(i).commands()) {
                for (Effect effect : command.sweeps ? NONE : command.effects) {
                    Span span = spans.computeIfAbsent(effect.key(), key -> new Span());
                    span.end = i;
                    span.endsByDeletion = mayBeOfMove(units.get(i));
                    // It may come more than once, when the answer to MIGRATE was lost.
                    span.early |= command.imports && span.other;
                    span.imported |= command.imports;
                    span.other |= !command.imports;
                }
            }
        }
        return spans;
    }

    /// Leaves out both halves of each key's move.
    ///
    /// @return null when a key came that is not seen to have gone
    private static @Nullable List<Stint> without(List<Stint> order) {
        List<Map<KeyId, Span>> all = new ArrayList<>();
        order.forEach(stint -> all.add(spans(stint.units())));
        for (int i = 0; i < all.size(); i++) {
            for (Map.Entry<KeyId, Span> each : all.get(i).entrySet()) {
                Span came = each.getValue();
                if (came.imported) {
                    Span went = before(all.subList(0, i), each.getKey());
                    if (went == null || !went.endsByDeletion || came.early) {
                        return null;
                    }
                    came.leavesImport = true;
                    went.leavesEnd = true;
                }
            }
        }
        List<Stint> left = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Stint stint = order.get(i);
            left.add(new Stint(stint.node(), left(stint.units(), all.get(i))));
        }
        return left;
    }

    /// Leaves out the last deletion of each of these keys, if nothing else was done to it behind.
    static List<StreamUnit> withoutLast(List<StreamUnit> units, Predicate<KeyId> keys) {
        Map<KeyId, Span> spans = spans(units);
        spans.forEach((key, span) -> span.leavesEnd = span.endsByDeletion && keys.test(key));
        return left(units, spans);
    }

    private static @Nullable Span before(List<Map<KeyId, Span>> earlier, KeyId key) {
        for (Map<KeyId, Span> each : earlier.reversed()) {
            Span span = each.get(key);
            if (span != null) {
                return span;
            }
        }
        return null;
    }

    private static List<StreamUnit> left(List<StreamUnit> units, Map<KeyId, Span> spans) {
        List<StreamUnit> left = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            StreamUnit unit = units.get(i);
            List<PairCommand> commands = new ArrayList<>();
            for (PairCommand command : unit.commands()) {
                if (!isOfMove(command, i, spans)) {
                    commands.add(command);
                }
            }
            if (unit.marker() != null || !commands.isEmpty()) {
                left.add(commands.size() == unit.commands().size() ? unit : unit.with(commands));
            }
        }
        return left;
    }

    private static boolean isOfMove(PairCommand command, int unit, Map<KeyId, Span> spans) {
        Span span = command.effects.length == 1 ? spans.get(command.effects[0].key()) : null;
        return span != null
                && ((command.imports && span.leavesImport)
                        || (command.deletes && span.leavesEnd && span.end == unit));
    }
}
