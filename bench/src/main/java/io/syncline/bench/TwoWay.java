package io.syncline.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// What keeping two sites in step costs against copying one way: commands that wait in the backlog
/// of one site or of both, on keys of its own, are brought to the other.
final class TwoWay implements Scenario {
    private static final int COMMANDS = 400_000;
    private static final int REPEATS = 3;
    private static final int VALUE_BYTES = 64;

    /// Distinct keys, so that nothing but the count of commands differs between the rows.
    private static final int COMMANDS_PER_KEY = 2;

    private final int shards;

    TwoWay(int shards) {
        this.shards = shards;
    }

    /// @param sourceShare which part of the commands is written at the source; the rest elsewhere
    private record Way(String name, double sourceShare, List<String> arguments) {}

    private static final List<Way> WAYS =
            List.of(
                    new Way("one-way", 1, List.of()),
                    new Way("two-way, all at the source", 1, List.of("--two-way")),
                    new Way("two-way, all at the target", 0, List.of("--two-way")),
                    new Way("two-way, half at each", 0.5, List.of("--two-way")),
                    new Way(
                            "the same, --conflict-guard never",
                            0.5,
                            List.of("--two-way", "--conflict-guard", "never")));

    @Override
    public String measure(Options options) {
        int commands = options.scaled(COMMANDS);
        List<Row> rows = WAYS.stream().map(way -> new Row()).toList();
        for (int repeat = 0; repeat < options.repeats(REPEATS); repeat++) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < WAYS.size(); i++) {
                order.add(i);
            }
            Collections.rotate(order, repeat);
            Syncline.Outcome[] outcomes = new Syncline.Outcome[WAYS.size()];
            for (int at : order) {
                outcomes[at] = run(WAYS.get(at), commands);
                options.say(
                        Contestant.describe(WAYS.get(at).name, outcomes[at].cost(), outcomes[at]));
            }
            for (int i = 0; i < rows.size(); i++) {
                rows.get(i).add(outcomes[i], outcomes[0].workSeconds());
            }
        }
        return table(rows, commands);
    }

    private Syncline.Outcome run(Way way, int commands) {
        String[] config = {
            "repl-backlog-size " + Math.max(1L << 28, 4L * commands * (VALUE_BYTES + 45)),
            "client-output-buffer-limit replica 0 0 0"
        };
        List<String> arguments = new ArrayList<>(List.of("--until-caught-up", "--task", "bench"));
        arguments.addAll(way.arguments);
        try (Site source = Site.of(shards, config);
                Site target = Site.of(shards, config)) {
            Syncline.run(source, target, arguments, "");
            int atSource = (int) (commands * way.sourceShare);
            write(source, "source:", atSource);
            write(target, "target:", commands - atSource);
            Syncline.Outcome outcome = Syncline.run(source, target, arguments, "");
            check(way, source, target);
            return outcome;
        }
    }

    private static void write(Site site, String prefix, int commands) {
        if (commands > 0) {
            Writer.writeStrings(site, prefix, commands, commands / COMMANDS_PER_KEY, VALUE_BYTES);
        }
    }

    private static void check(Way way, Site source, Site target) {
        // Own keys differ: a checkpoint at one side, or marks of each slot.
        if (Math.abs(source.keys() - target.keys()) > CatchUp.OWN_KEYS) {
            throw new IllegalStateException(
                    way.name + ": " + source.keys() + " keys and " + target.keys());
        }
    }

    private static String table(List<Row> rows, int commands) {
        MarkdownTable table =
                new MarkdownTable(
                        "way",
                        "s, work only",
                        "commands/s",
                        "x one-way",
                        "own us/command",
                        "servers' us/command",
                        "peak MB",
                        "others' CPUs");
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            table.row(
                    WAYS.get(i).name,
                    row.seconds.show(2),
                    String.format(Locale.ROOT, "%,.0f", commands / row.seconds.median()),
                    row.ratio.show(2),
                    String.format(Locale.ROOT, "%.2f", row.own.median() * 1e6 / commands),
                    String.format(Locale.ROOT, "%.2f", row.servers.median() * 1e6 / commands),
                    row.peak.show(0),
                    row.busy.showMedian(2));
        }
        return table.toString();
    }

    private static final class Row {
        private static final double MEGABYTE = 1024 * 1024;

        final Samples seconds = new Samples();
        final Samples ratio = new Samples();
        final Samples own = new Samples();
        final Samples servers = new Samples();
        final Samples peak = new Samples();
        final Samples busy = new Samples();

        void add(Syncline.Outcome outcome, double oneWaySeconds) {
            seconds.add(outcome.workSeconds());
            ratio.add(outcome.workSeconds() / oneWaySeconds);
            own.add(outcome.cost().own());
            servers.add(outcome.cost().source() + outcome.cost().target());
            peak.add(outcome.peakBytes() / MEGABYTE);
            busy.add(outcome.cost().busyProcessors());
        }
    }
}
