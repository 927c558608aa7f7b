package io.syncline.engine.verify;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.verify.KeySample.Written;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every scan that a verification needs: of each database of each node, of both sides.
final class Walks {
    private static final int BATCH_KEYS = 256;

    private final VerifyOptions options;
    private final Side source;
    private final Side target;
    private final Map<Side, String> layouts = new LinkedHashMap<>();
    private final List<Walk> forward = new ArrayList<>();
    private final List<Walk> backward = new ArrayList<>();
    private long sourceKeys;
    private long targetKeys;

    Walks(VerifyOptions options, Side source, Side target, ResumeFile.@Nullable Saved saved)
            throws IOException {
        this.options = options;
        this.source = source;
        this.target = target;
        layouts.put(source, source.layout());
        layouts.put(target, target.layout());
        for (ServerInfo node : source.nodes()) {
            node.keysByDatabase()
                    .forEach((database, count) -> {
                        int other = targetOf(database);
                        if (other >= 0) {
                            forward.add(
                                    walk(true, node, new Place(database, other), database, saved));
                            sourceKeys += count;
                        }
                    });
        }
        for (ServerInfo node : target.nodes()) {
            node.keysByDatabase()
                    .forEach((database, count) -> {
                        int other = sourceOf(database);
                        if (other >= 0) {
                            backward.add(
                                    walk(false, node, new Place(other, database), database, saved));
                            sourceKeys += count;
                        }
                    });
        }
    }

    private static Walk walk(
            boolean forward,
            ServerInfo node,
            Place place,
            int database,
            ResumeFile.@Nullable Saved saved) {
        String name = (forward ? "source:" : "target:") + node.runId() + ":" + database;
        String from = saved == null ? Walk.BEGIN : saved.cursors().getOrDefault(name, Walk.BEGIN);
        return new Walk(forward, node.address(), place, name, from);
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

    Side target() {
        return target;
    }

    List<Walk> forward() {
        return forward;
    }

    List<Walk> backward() {
        return backward;
    }

    /// Who owned what when this was made.
    String layout(Side side) {
        return layouts.getOrDefault(side, "");
    }

    /// How many keys there are to look at; -1 while nobody knows.
    record Totals(long source, long target) {
        static final Totals UNKNOWN = new Totals(-1, -1);
    }

    Totals totals() {
        VerifyOptions.Scope scope = options.scope();
        if (!scope.pattern().isEmpty()) {
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
    List<Batch> given(List<Written> written) {
        Map<Integer, List<byte[]>> byDatabase = new LinkedHashMap<>();
        for (Written each : written) {
            byDatabase
                    .computeIfAbsent(each.database(), database -> new ArrayList<>())
                    .add(each.key().bytes());
        }
        List<Batch> batches = new ArrayList<>();
        byDatabase.forEach((database, names) -> {
            Place place = new Place(database, targetOf(database));
            HostPort node = source.nodes().getFirst().address();
            Walk walk = new Walk(true, node, place, "given:" + database, Walk.BEGIN);
            for (int from = 0; place.target() >= 0 && from < names.size(); from += BATCH_KEYS) {
                int to = Math.min(names.size(), from + BATCH_KEYS);
                batches.add(new Batch(walk, names.subList(from, to), Walk.END));
            }
        });
        return batches;
    }
}
