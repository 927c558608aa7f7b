package io.syncline.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long it takes to prove two equal sides equal: `./syncline verify` (both directions, with
/// expiries) against the published method of RedisFullCheck (one direction, without).
final class Verify implements Scenario {
    private static final int REPEATS = 3;
    private static final String FULL_CHECK = "RedisFullCheck's method";
    private static final String SYNCLINE = "syncline verify";
    private static final Pattern ELAPSED = Pattern.compile("\"elapsedMillis\":(\\d+)");

    @Override
    public String measure(Options options) {
        try (Site source = Snapshot.source(1);
                Site target = Site.replicasFor(source)) {
            MixedData.write(source, options.scaled(MixedData.KEYS));
            Native.attach(target, source);
            long keys = source.keys();
            Row theirs = new Row();
            Row ours = new Row();
            Samples ratio = new Samples();
            for (int repeat = 0; repeat < options.repeats(REPEATS); repeat++) {
                List<String> order = new ArrayList<>(List.of(FULL_CHECK, SYNCLINE));
                Collections.rotate(order, repeat);
                double[] seconds = new double[2];
                for (String name : order) {
                    boolean own = name.equals(SYNCLINE);
                    seconds[own ? 1 : 0] =
                            own ? ours(source, target, ours) : theirs(source, target, theirs);
                    options.say(name + ": " + seconds[own ? 1 : 0] + " s");
                }
                ratio.add(seconds[0] / seconds[1]);
            }
            MarkdownTable table =
                    new MarkdownTable(
                            "who", "keys/s", "own us/key", "source us/key", "target us/key", "x");
            table.row(theirs.cells(FULL_CHECK, keys, "1.00"));
            table.row(ours.cells(SYNCLINE, keys, ratio.show(2)));
            return "%,d keys%n%n%s".formatted(keys, table);
        }
    }

    private static double theirs(Site source, Site target, Row row) {
        double before = ProcFiles.ownCpuSeconds();
        Meter meter = new Meter(source.servers(), target.servers());
        long different = new FullCheckMethod(source, target).run();
        Meter.Cost cost = meter.stop();
        if (different != 0) {
            throw new IllegalStateException(different + " keys differ that are equal");
        }
        row.add(cost, cost.seconds(), ProcFiles.ownCpuSeconds() - before);
        return cost.seconds();
    }

    /// The life of the process costs what it costs; the rate is of the comparison alone.
    private static double ours(Site source, Site target, Row row) {
        Syncline.Outcome outcome = Syncline.verify(source, target);
        Matcher elapsed = ELAPSED.matcher(outcome.events().getLast().json());
        if (!elapsed.find()) {
            throw new IllegalStateException("the last event tells no time");
        }
        double seconds = Long.parseLong(elapsed.group(1)) / 1e3;
        row.add(outcome.cost(), seconds, outcome.cost().own());
        return seconds;
    }

    private static final class Row {
        private final Samples seconds = new Samples();
        private final Samples own = new Samples();
        private final Samples source = new Samples();
        private final Samples target = new Samples();

        void add(Meter.Cost cost, double elapsed, double ownSeconds) {
            seconds.add(elapsed);
            own.add(ownSeconds * 1e6);
            source.add(cost.source() * 1e6);
            target.add(cost.target() * 1e6);
        }

        String[] cells(String name, long keys, String ratio) {
            return new String[] {
                name,
                String.format(Locale.ROOT, "%,.0f", keys / seconds.median()),
                each(own, keys),
                each(source, keys),
                each(target, keys),
                ratio
            };
        }

        private static String each(Samples micros, long keys) {
            return String.format(Locale.ROOT, "%.2f", micros.median() / keys);
        }
    }
}
