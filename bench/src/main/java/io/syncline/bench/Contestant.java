package io.syncline.bench;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One row of a table: who ran, and what each repeat gave.
final class Contestant {
    private static final double MEGABYTE = 1024 * 1024;

    private final String name;
    final Samples seconds = new Samples();
    final Samples ratio = new Samples();
    final Samples workSeconds = new Samples();
    final Samples workRatio = new Samples();
    final Samples own = new Samples();
    final Samples target = new Samples();
    final Samples source = new Samples();
    final Samples peakMegabytes = new Samples();
    final Samples busy = new Samples();

    Contestant(String name) {
        this.name = name;
    }

    /// Adds what one repeat gave, as a ratio to the native replica's time in the same repeat.
    void add(Meter.Cost cost, Syncline.@Nullable Outcome outcome, double nativeSeconds) {
        seconds.add(cost.seconds());
        ratio.add(cost.seconds() / nativeSeconds);
        target.add(cost.target());
        source.add(cost.source());
        busy.add(cost.busyProcessors());
        if (outcome != null) {
            workSeconds.add(outcome.workSeconds());
            workRatio.add(outcome.workSeconds() / nativeSeconds);
            own.add(cost.own());
            peakMegabytes.add(outcome.peakBytes() / MEGABYTE);
        }
    }

    static String describe(String name, Meter.Cost cost, Syncline.@Nullable Outcome outcome) {
        String more =
                outcome == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", begins at %.2f s, work only %.2f s, own CPU %.2f s, %d MB",
                                outcome.beginSeconds(),
                                outcome.workSeconds(),
                                cost.own(),
                                outcome.peakBytes() / (long) MEGABYTE);
        return String.format(
                Locale.ROOT,
                "  %-24s %.2f s, target CPU %.2f s, source CPU %.2f s, others %.2f%s",
                name,
                cost.seconds(),
                cost.target(),
                cost.source(),
                cost.busyProcessors(),
                more);
    }

    /// @param commands 0 where there are none to count
    static MarkdownTable table(List<Contestant> rows, int commands) {
        MarkdownTable table =
                new MarkdownTable(
                        "who",
                        "s, start to end",
                        "x native",
                        "s, work only",
                        "x native",
                        "own CPU s",
                        "own us/command",
                        "target CPU s",
                        "source CPU s",
                        "peak MB",
                        "others' CPUs");
        for (Contestant row : rows) {
            table.row(
                    row.name,
                    row.seconds.show(2),
                    row.ratio.show(2),
                    row.workSeconds.show(2),
                    row.workRatio.show(2),
                    row.own.show(2),
                    row.own.isEmpty() || commands == 0
                            ? "-"
                            : String.format(Locale.ROOT, "%.2f", row.own.median() * 1e6 / commands),
                    row.target.show(2),
                    row.source.show(2),
                    row.peakMegabytes.show(0),
                    row.busy.showMedian(2));
        }
        return table;
    }
}
