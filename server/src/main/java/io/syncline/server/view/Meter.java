package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.view.Progress.Rates;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Turns growing counters into rates. Not for several threads.
public final class Meter {
    /// Long enough to be steady, short enough to follow.
    private static final Duration WINDOW = Duration.ofSeconds(3);

    private record Sample(Duration at, LinkStatus status) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /// Takes a sample, and says how fast everything grew over the last few seconds.
    ///
    /// @param elapsed since the start of the run; never less than the time before
    public Progress measure(Duration elapsed, LinkStatus status) {
        samples.addLast(new Sample(elapsed, status));
        // The oldest sample kept is the youngest that is at least a window old.
        while (samples.size() > 2 && secondOldest().at().plus(WINDOW).compareTo(elapsed) <= 0) {
            samples.removeFirst();
        }
        Sample oldest = samples.getFirst();
        double seconds = elapsed.minus(oldest.at()).toNanos() / 1e9;
        List<Rates> rates = new ArrayList<>();
        for (Shard shard : status.shards()) {
            rates.add(rates(before(oldest, shard), shard, seconds));
        }
        return new Progress(elapsed, status, rates);
    }

    private Sample secondOldest() {
        return samples.stream().skip(1).findFirst().orElseThrow();
    }

    private static List<Shard> before(Sample oldest, Shard now) {
        return oldest.status().shards().stream().filter(s -> s.index() == now.index()).toList();
    }

    private static Rates rates(List<Shard> before, Shard now, double seconds) {
        if (seconds <= 0) {
            return Rates.NONE;
        }
        // A shard that was not there yet had counted nothing.
        @Nullable Shard old = before.isEmpty() ? null : before.getFirst();
        return new Rates(
                rate(old, now, Shard::snapshotKeys, seconds),
                rate(old, now, Shard::snapshotBytesRead, seconds),
                rate(old, now, Shard::commands, seconds),
                rate(old, now, Shard::bytes, seconds));
    }

    /// A counter that fell began anew (a second snapshot): what it shows now is what grew.
    private static double rate(
            @Nullable Shard old, Shard now, ToLongFunction<Shard> counter, double seconds) {
        long after = Math.max(0, counter.applyAsLong(now));
        long before = old == null ? 0 : Math.max(0, counter.applyAsLong(old));
        return (after >= before ? after - before : after) / seconds;
    }
}
