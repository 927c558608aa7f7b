package io.syncline.engine.verify;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.verify.KeySample.Written;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Every scan that a verification needs: of each database of each node, of both sides.
final class Walks {
    private static final int BATCH_KEYS = 256;

    private final VerifyOptions options;
    private final Side source;
    private final Side target;
    private final @Nullable SlotWatch sourceSlots;
    private final @Nullable SlotWatch targetSlots;
    private final List<Walk> forward = new ArrayList<>();
    private final List<Walk> backward = new ArrayList<>();
    private long sourceKeys;
    private long targetKeys;
    private boolean resumed;

    Walks(VerifyOptions options, Side source, Side target) throws IOException {
        this.options = options;
        this.source = source;
        this.target = target;
        this.sourceSlots = source.isCluster() ? new SlotWatch(source) : null;
        this.targetSlots = target.isCluster() ? new SlotWatch(target) : null;
        for (int i = 0; i < source.nodes().size(); i++) {
            ServerInfo node = source.nodes().get(i);
            forward.addAll(walks(true, node, source.slots(i), false));
            sourceKeys += count(true, node);
        }
        for (int i = 0; i < target.nodes().size(); i++) {
            ServerInfo node = target.nodes().get(i);
            backward.addAll(walks(false, node, target.slots(i), false));
            targetKeys += count(false, node);
        }
    }

    /// Whether the target has no key that the source lacks, as counting proves once every key of
    /// the source was looked at, see [Standstill].
    ///
    /// @param doubtful whether some key was not plainly there and equal at both sides
    boolean hasNoExtras(boolean doubtful) throws IOException {
        Map<Integer, Long> looked = counts(forward, Walk::keys);
        return !doubtful
                && !resumed
                // Two keys may have got one name, and make room for one that is no one's.
                && options.rules().isEmpty()
                && options.scope().isAll()
                && looked.equals(counts(forward, Walk::announced))
                && looked.equals(counts(backward, Walk::announced))
                && Standstill.now(source).isSince(Standstill.first(source))
                && Standstill.now(target).isSince(Standstill.first(target));
    }

    /// By database of the target.
    private static Map<Integer, Long> counts(List<Walk> walks, ToLongFunction<Walk> count) {
        return walks.stream()
                .collect(
                        Collectors.groupingBy(
                                walk -> walk.place().target(), Collectors.summingLong(count)));
    }

    /// The walks of one node, one for each database.
    private List<Walk> walks(boolean forwards, ServerInfo node, BitSet slots, boolean partial) {
        List<Walk> walks = new ArrayList<>();
        for (int database : node.keysByDatabase().keySet()) {
            Place place = place(forwards, database);
            if (place.source() >= 0 && place.target() >= 0) {
                walks.add(new Walk(forwards, node, place, slots, partial));
            }
        }
        return walks;
    }

    private Place place(boolean forwards, int database) {
        return forwards
                ? new Place(database, targetOf(database))
                : new Place(sourceOf(database), database);
    }

    private long count(boolean forwards, ServerInfo node) {
        long count = 0;
        for (Map.Entry<Integer, Long> each : node.keysByDatabase().entrySet()) {
            Place place = place(forwards, each.getKey());
            count += place.source() >= 0 && place.target() >= 0 ? each.getValue() : 0;
        }
        return count;
    }

    /// Walks of some slots, at the nodes that have them by now.
    List<Walk> again(boolean forwards, Set<HostPort> nodes, BitSet slots) throws IOException {
        List<Walk> walks = new ArrayList<>();
        for (HostPort node : nodes) {
            walks.addAll(walks(forwards, (forwards ? source : target).info(node), slots, true));
        }
        return walks;
    }

    /// Who owned which slots at the start, in a state file.
    String layout() {
        return word(sourceSlots) + "-" + word(targetSlots);
    }

    private static String word(@Nullable SlotWatch slots) {
        return slots == null ? "none" : slots.layout().word();
    }

    /// Goes on from where an earlier run was, if its cursors still mean something.
    ///
    /// @return whether they do
    boolean restore(ResumeFile.Saved saved) {
        Set<String> processes = new HashSet<>();
        source.nodes().forEach(node -> processes.add("source:" + node.runId()));
        target.nodes().forEach(node -> processes.add("target:" + node.runId()));
        for (String name : saved.walks().keySet()) {
            if (!processes.contains(name.substring(0, Math.max(0, name.lastIndexOf(':'))))) {
                return false;
            }
        }
        if (!saved.layout().equals(layout())) {
            return false;
        }
        resumed = true;
        for (Walk walk : all()) {
            ResumeFile.Reached reached = saved.walks().get(walk.name());
            if (reached != null) {
                walk.restore(reached);
            }
        }
        return true;
    }

    List<Walk> all() {
        return Stream.concat(forward.stream(), backward.stream()).toList();
    }

    List<SlotWatch> watches() {
        return Stream.of(sourceSlots, targetSlots).filter(Objects::nonNull).toList();
    }

    /// Of the side that these walks are of; null when it is no cluster.
    @Nullable SlotWatch slots(boolean forwards) {
        return forwards ? sourceSlots : targetSlots;
    }

    /// -1 when it is left out.
    private int targetOf(int database) {
        return options.databases().isEmpty()
                ? database
                : options.databases().getOrDefault(database, -1);
    }

    private int sourceOf(int database) {
        if (options.databases().isEmpty()) {
            return database;
        }
        return options.databases().entrySet().stream()
                .filter(entry -> entry.getValue() == database)
                .mapToInt(Map.Entry::getKey)
                .findFirst()
                .orElse(-1);
    }

    Side source() {
        return source;
    }

    /// A failed try in words for the user: whose node it is that is away.
    VerifyListener.Fault fault(IOException e, Backoff backoff) {
        HostPort node = e instanceof NodeException at ? at.address() : null;
        return new VerifyListener.Fault(
                node != null && source.has(node) ? source.name() : target.name(),
                node == null ? "verify" : node.toString(),
                backoff.count(),
                backoff.elapsed(System.nanoTime()),
                options.retry(),
                Failure.words(e));
    }

    Side target() {
        return target;
    }

    List<Walk> forward() {
        return forward;
    }

    List<Walk> backward() {
        return backward;
    }

    /// How many keys there are to look at; -1 while nobody knows.
    record Totals(long source, long target) {
        static final Totals UNKNOWN = new Totals(-1, -1);
    }

    Totals totals() {
        VerifyOptions.Scope scope = options.scope();
        if (!scope.patterns().isEmpty()) {
            return Totals.UNKNOWN;
        }
        double part = scope.percent() / 100;
        return new Totals(Math.round(sourceKeys * part), Math.round(targetKeys * part));
    }

    static List<List<Walk>> byNode(List<Walk> walks) {
        Map<HostPort, List<Walk>> byNode = new LinkedHashMap<>();
        walks.forEach(
                walk -> byNode.computeIfAbsent(walk.node(), node -> new ArrayList<>()).add(walk));
        return List.copyOf(byNode.values());
    }

    /// Batches of keys that are known by name.
    List<KeyBatch> given(List<Written> written) {
        Map<Integer, List<byte[]>> byDatabase = new LinkedHashMap<>();
        Names known = new Names(options);
        for (Written each : written) {
            if (!known.isCarried(each.database(), each.key().bytes())) {
                continue;
            }
            byDatabase
                    .computeIfAbsent(each.database(), database -> new ArrayList<>())
                    .add(each.key().bytes());
        }
        List<KeyBatch> batches = new ArrayList<>();
        byDatabase.forEach((database, names) -> {
            Place place = new Place(database, targetOf(database));
            ServerInfo node = source.nodes().getFirst();
            Walk walk = new Walk(true, node, place, source.slots(0), false);
            for (int from = 0; place.target() >= 0 && from < names.size(); from += BATCH_KEYS) {
                int to = Math.min(names.size(), from + BATCH_KEYS);
                batches.add(new KeyBatch(walk, names.subList(from, to), Walk.END));
            }
        });
        return batches;
    }
}
