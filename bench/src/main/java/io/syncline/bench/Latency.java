package io.syncline.bench;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// How long after a write at the source it stands in the target, and in a native replica that
/// follows the same source at the same time, while the source takes steady writes.
final class Latency implements Scenario {
    private static final int PER_SECOND = 50_000;

    /// 5 s that do not count and 20 s that do, by a probe each 4 ms.
    private static final int WARM_UP = 1_250;

    private static final int PROBES = 5_000;
    private static final int REPEATS = 3;

    @Override
    public String measure(Options options) {
        Row natives = new Row(CatchUp.NATIVE);
        Row ours = new Row(CatchUp.MERGING);
        Samples own = new Samples();
        Samples busy = new Samples();
        int count = options.scaled(PROBES);
        for (int repeat = 0; repeat < options.repeats(REPEATS); repeat++) {
            measureOnce(count, natives, ours, own, busy);
            options.say("  " + natives.last + "; " + ours.last);
        }
        MarkdownTable table =
                new MarkdownTable(
                        "who", "p50 ms", "p90 ms", "p99 ms", "largest ms", "p99 x native");
        natives.show(table, natives);
        ours.show(table, natives);
        return table
                + String.format(
                        Locale.ROOT,
                        "%nSyncline's own CPU at %,d writes/s: %s of one processor;"
                                + " others' CPUs: %s%n",
                        PER_SECOND,
                        own.show(2),
                        busy.showMedian(2));
    }

    private static void measureOnce(int count, Row natives, Row ours, Samples own, Samples busy) {
        try (Site source = Site.single();
                Site target = Site.single(Probes.EVENTS);
                Site replica = Site.replicasFor(source, Probes.EVENTS)) {
            Native.attach(replica, source);
            try (Syncline syncline =
                    Syncline.start(source, target, List.of("--task", "latency"), "")) {
                syncline.readUntil(event -> event.entersPhase("streaming"));
                syncline.dropEvents();
                RedisServer from = source.servers().getFirst();
                try (SteadyLoad warmUp = new SteadyLoad(from, PER_SECOND, WARM_UP)) {
                    warmUp.run();
                }
                try (Probes atTarget = new Probes(target.servers().getFirst(), count);
                        Probes atReplica = new Probes(replica.servers().getFirst(), count);
                        SteadyLoad load = new SteadyLoad(from, PER_SECOND, count)) {
                    Meter meter = new Meter(source.servers(), target.servers());
                    double ownBefore = ProcFiles.cpuSeconds(syncline.pid());
                    double replicaBefore = cpu(replica);
                    double seconds = load.run();
                    double ownCpu = ProcFiles.cpuSeconds(syncline.pid()) - ownBefore;
                    double replicaCpu = cpu(replica) - replicaBefore;
                    own.add(ownCpu / seconds);
                    double others = meter.stop().others() - ownCpu - replicaCpu;
                    busy.add(Math.max(0, others / seconds));
                    natives.add(load, atReplica, count);
                    ours.add(load, atTarget, count);
                    checkPace(seconds, count);
                }
                syncline.terminate();
            }
        }
    }

    private static double cpu(Site site) {
        return ProcFiles.cpuSeconds(site.servers().getFirst().pid());
    }

    private static void checkPace(double seconds, int count) {
        if (seconds > 1.1 * SteadyLoad.seconds(count)) {
            System.err.printf(
                    "The load took %.1f s instead of %.1f s: this machine is too slow or busy.%n",
                    seconds, SteadyLoad.seconds(count));
        }
    }

    private static final class Row {
        private static final Duration LAST_PROBE = Duration.ofSeconds(30);

        private final String name;
        private final Samples p50 = new Samples();
        private final Samples p90 = new Samples();
        private final Samples p99 = new Samples();
        private final Samples largest = new Samples();
        private String last = "";

        Row(String name) {
            this.name = name;
        }

        void add(SteadyLoad load, Probes probes, int count) {
            Samples delays = new Samples();
            for (int i = 0; i < count; i++) {
                int probe = i;
                Await.until(
                        name + " has probe " + probe,
                        LAST_PROBE,
                        () -> probes.arrivedNanos(probe) != 0);
                delays.add((probes.arrivedNanos(probe) - load.sentNanos(probe)) / 1e6);
            }
            p50.add(delays.quantile(0.5));
            p90.add(delays.quantile(0.9));
            p99.add(delays.quantile(0.99));
            largest.add(delays.largest());
            last =
                    String.format(
                            Locale.ROOT,
                            "%s p50 %.2f ms, p99 %.2f ms",
                            name,
                            delays.median(),
                            delays.quantile(0.99));
        }

        void show(MarkdownTable table, Row natives) {
            table.row(
                    name,
                    p50.show(2),
                    p90.show(2),
                    p99.show(2),
                    largest.show(1),
                    String.format(Locale.ROOT, "%.2f", p99.median() / natives.p99.median()));
        }
    }
}
