package io.syncline.bench;

import io.syncline.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How long a full copy of mixed data into an empty target takes.
///
/// The source stands for all repeats; every copy goes into fresh servers. The source sends its
/// snapshot straight from memory (diskless, the default since 7.0) or by way of a file.
final class Snapshot implements Scenario {
    private static final int REPEATS = 3;

    static final String NATIVE = "native replica";

    /// The replica parses what arrives instead of storing it first: not the default.
    private static final String NATIVE_DIRECT = "native replica, diskless load";

    static final String SYNCLINE = "syncline --snapshot-only";

    private static final long OWN_KEYS = 3 * 16_384;

    private final int shards;

    Snapshot(int shards) {
        this.shards = shards;
    }

    @Override
    public String measure(Options options) {
        try (Site source = source(shards)) {
            MixedData.write(source, options.scaled(MixedData.KEYS));
            long megabytes = source.sum("used_memory") >> 20;
            return "%,d keys, %,d MB in the source's memory%n%n%s"
                    .formatted(source.keys(), megabytes, measure(options, source));
        }
    }

    static Site source(int shards) {
        return Site.of(shards, "client-output-buffer-limit replica 0 0 0");
    }

    private String measure(Options options, Site source) {
        Map<String, Contestant> rows = new LinkedHashMap<>();
        for (int repeat = 0; repeat < options.repeats(REPEATS); repeat++) {
            for (boolean diskless : List.of(true, false)) {
                source.servers()
                        .forEach(server ->
                                server.command(
                                        "CONFIG",
                                        "SET",
                                        "repl-diskless-sync",
                                        diskless ? "yes" : "no"));
                compare(options, source, diskless ? "diskless" : "file", repeat, rows);
            }
        }
        MarkdownTable table = Contestant.table(List.copyOf(rows.values()), 0);
        return table.toString();
    }

    private void compare(
            Options options, Site source, String way, int repeat, Map<String, Contestant> rows) {
        List<String> order = new ArrayList<>(List.of(NATIVE, SYNCLINE));
        if (way.equals("diskless")) {
            order.add(NATIVE_DIRECT);
        }
        if (shards > 1) {
            order.add(1, CatchUp.IN_TURN);
        }
        List<String> names = List.copyOf(order);
        names.forEach(name -> rows.computeIfAbsent(way + ": " + name, Contestant::new));
        Collections.rotate(order, repeat);
        Map<String, CatchUp.Result> results = new LinkedHashMap<>();
        for (String name : order) {
            CatchUp.Result result = copy(source, name, "");
            options.say(Contestant.describe(way + ": " + name, result.cost(), result.outcome()));
            results.put(name, result);
        }
        double nativeSeconds = CatchUp.seconds(results, NATIVE);
        results.forEach((name, result) ->
                CatchUp.row(rows, way + ": " + name)
                        .add(result.cost(), result.outcome(), nativeSeconds));
    }

    CatchUp.Result copy(Site source, String name, String javaOptions) {
        boolean ours = name.equals(SYNCLINE);
        try (Site target = ours ? Site.of(shards) : replicas(source, name)) {
            Meter.Cost cost;
            Syncline.@Nullable Outcome outcome = null;
            if (ours) {
                List<String> arguments = List.of("--snapshot-only", "--task", "copy");
                outcome = Syncline.run(source, target, arguments, javaOptions);
                cost = outcome.cost();
            } else if (name.equals(CatchUp.IN_TURN)) {
                cost = Native.inTurn(Native::fullCopy, target, source);
            } else {
                cost = Native.fullCopy(target, source);
            }
            Await.until(
                    name + ": " + target + " holds the keys of " + source,
                    Duration.ofSeconds(10),
                    () -> Math.abs(target.keys() - source.keys()) <= OWN_KEYS);
            return new CatchUp.Result(cost, outcome);
        }
    }

    private static Site replicas(Site source, String name) {
        return name.equals(NATIVE_DIRECT)
                ? Site.replicasFor(source, "repl-diskless-load on-empty-db")
                : Site.replicasFor(source);
    }
}
