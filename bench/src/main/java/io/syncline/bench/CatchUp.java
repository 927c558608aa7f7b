package io.syncline.bench;

import io.syncline.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How long it takes until everything that waits in the source's backlog stands in the target.
///
/// A native replica and two tasks of Syncline are set up and cut; then the commands are written
/// once, and each contestant in turn resumes from the same backlog, as a partial resynchronization.
/// A repeat starts anew with fresh servers, and the order rotates.
final class CatchUp implements Scenario {
    static final int VALUE_BYTES = 64;
    private static final int COMMANDS = 2_000_000;

    /// More commands go to the same keys, so that longer runs differ in nothing but length.
    private static final int MOST_KEYS = 1_000_000;

    private static final int REPEATS = 5;

    /// Keys that a target may hold beyond the source's: checkpoints and marks, one per slot.
    static final long OWN_KEYS = 3 * 16_384;

    static final String NATIVE = "native replica";

    /// Of a cluster: its shards' replicas one after the other, which is the sum of their times.
    static final String IN_TURN = "native replicas, in turn";

    static final String MERGING = "syncline";
    static final String PLAIN = "syncline --no-merge";

    private final int shards;

    CatchUp(int shards) {
        this.shards = shards;
    }

    @Override
    public String measure(Options options) {
        int commands = options.scaled(COMMANDS);
        Map<String, Contestant> rows = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(List.of(NATIVE, MERGING, PLAIN));
        if (shards > 1) {
            names.add(1, IN_TURN);
        }
        names.forEach(name -> rows.put(name, new Contestant(name)));
        for (int repeat = 0; repeat < options.repeats(REPEATS); repeat++) {
            try (Stage stage = new Stage(shards, commands)) {
                Map<String, Result> results = new HashMap<>();
                List<String> order = new ArrayList<>(names);
                Collections.rotate(order, repeat);
                for (String name : order) {
                    Result result = stage.run(name, "");
                    options.say(Contestant.describe(name, result.cost, result.outcome));
                    results.put(name, result);
                }
                double nativeSeconds = seconds(results, NATIVE);
                results.forEach((name, result) ->
                        row(rows, name).add(result.cost, result.outcome, nativeSeconds));
            }
        }
        return Contestant.table(List.copyOf(rows.values()), commands).toString();
    }

    static Contestant row(Map<String, Contestant> rows, String name) {
        return Objects.requireNonNull(rows.get(name), name);
    }

    static double seconds(Map<String, Result> results, String name) {
        return Objects.requireNonNull(results.get(name), name).cost.seconds();
    }

    record Result(Meter.Cost cost, Syncline.@Nullable Outcome outcome) {}

    /// Servers in which a number of commands waits for each contestant.
    static final class Stage implements AutoCloseable {
        private final List<Site> sites = new ArrayList<>();
        private final Site source;
        private final Site replicas;
        private final Site inTurn;
        private final Map<String, Site> targets = new HashMap<>();
        private final long fullCopies;

        Stage(int shards, int commands) {
            // The stream of a command is some 45 bytes longer than its value.
            long backlog = Math.max(1L << 28, 2L * commands * (VALUE_BYTES + 45));
            source =
                    kept(
                            Site.of(
                                    shards,
                                    "repl-backlog-size " + backlog,
                                    "client-output-buffer-limit replica 0 0 0"));
            replicas = kept(Site.replicasFor(source));
            Native.attach(replicas, source);
            inTurn = kept(Site.replicasFor(source));
            Native.attach(inTurn, source);
            for (String name : List.of(MERGING, PLAIN)) {
                Site target = kept(Site.of(shards));
                targets.put(name, target);
                Syncline.run(source, target, arguments(name), "");
            }
            Native.cut(replicas);
            Native.cut(inTurn);
            int keys = Math.min(MOST_KEYS, commands / 2);
            Writer.writeStrings(source, commands, keys, VALUE_BYTES);
            fullCopies = source.sum("sync_full");
        }

        Result run(String name, String javaOptions) {
            if (name.equals(NATIVE)) {
                Meter.Cost cost = Native.catchUp(replicas, source);
                check(name, replicas);
                return new Result(cost, null);
            }
            if (name.equals(IN_TURN)) {
                Meter.Cost cost = Native.inTurn(Native::catchUp, inTurn, source);
                check(name, inTurn);
                return new Result(cost, null);
            }
            Site target = Objects.requireNonNull(targets.get(name), name);
            Syncline.Outcome outcome = Syncline.run(source, target, arguments(name), javaOptions);
            check(name, target);
            return new Result(outcome.cost(), outcome);
        }

        private static List<String> arguments(String name) {
            return name.equals(PLAIN)
                    ? List.of("--until-caught-up", "--task", "plain", "--no-merge")
                    : List.of("--until-caught-up", "--task", "merging");
        }

        private Site kept(Site site) {
            sites.add(site);
            return site;
        }

        /// A measurement of something else than a resumption that copied everything is worthless.
        private void check(String name, Site target) {
            if (source.sum("sync_full") != fullCopies) {
                throw new IllegalStateException(name + " copied everything instead of resuming");
            }
            Await.until(
                    name + ": " + target + " holds the keys of " + source,
                    Duration.ofSeconds(10),
                    () -> Math.abs(target.keys() - source.keys()) <= OWN_KEYS);
        }

        @Override
        public void close() {
            sites.forEach(Site::close);
        }
    }
}
