package io.syncline.bench;

import java.util.List;
import java.util.Locale;

/// Processor time per command while catching up, without what a start of the JVM costs: the
/// difference between a long and a short run, by the commands between them.
final class CpuPerCommand implements Scenario {
    private static final int SHORT = 2_000_000;
    private static final int LONG = 8_000_000;
    private static final int REPEATS = 3;
    private static final List<String> NAMES =
            List.of(CatchUp.NATIVE, CatchUp.MERGING, CatchUp.PLAIN);

    private final int shards;

    CpuPerCommand(int shards) {
        this.shards = shards;
    }

    @Override
    public String measure(Options options) {
        int few = options.scaled(SHORT);
        int many = options.scaled(LONG);
        MarkdownTable table =
                new MarkdownTable(
                        "who",
                        "own us/command",
                        "target us/command",
                        "source us/command",
                        "commands/s",
                        "x native",
                        "others' CPUs");
        List<Difference> rows = NAMES.stream().map(name -> new Difference()).toList();
        for (int repeat = 0; repeat < options.repeats(REPEATS); repeat++) {
            try (CatchUp.Stage small = new CatchUp.Stage(shards, few);
                    CatchUp.Stage large = new CatchUp.Stage(shards, many)) {
                for (int i = 0; i < NAMES.size(); i++) {
                    String name = NAMES.get(i);
                    CatchUp.Result shorter = small.run(name, "");
                    CatchUp.Result longer = large.run(name, "");
                    options.say(Contestant.describe(name, shorter.cost(), shorter.outcome()));
                    options.say(Contestant.describe(name, longer.cost(), longer.outcome()));
                    rows.get(i).add(shorter.cost(), longer.cost(), many - few);
                }
            }
        }
        double nativeRate = rows.getFirst().rate.median();
        for (int i = 0; i < NAMES.size(); i++) {
            Difference row = rows.get(i);
            table.row(
                    NAMES.get(i),
                    i == 0 ? "-" : row.own.show(2),
                    row.target.show(2),
                    row.source.show(2),
                    String.format(Locale.ROOT, "%,.0f", row.rate.median()),
                    String.format(Locale.ROOT, "%.2f", nativeRate / row.rate.median()),
                    row.busy.showMedian(2));
        }
        return table.toString();
    }

    private static final class Difference {
        final Samples own = new Samples();
        final Samples target = new Samples();
        final Samples source = new Samples();
        final Samples rate = new Samples();
        final Samples busy = new Samples();

        void add(Meter.Cost shorter, Meter.Cost longer, int commands) {
            own.add((longer.own() - shorter.own()) * 1e6 / commands);
            target.add((longer.target() - shorter.target()) * 1e6 / commands);
            source.add((longer.source() - shorter.source()) * 1e6 / commands);
            rate.add(commands / (longer.seconds() - shorter.seconds()));
            busy.add(longer.busyProcessors());
        }
    }
}
