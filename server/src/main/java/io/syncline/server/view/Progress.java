package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.link.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// The link at one moment, with what only time can tell: rates.
///
/// @param elapsed since the start of the run
/// @param status as the engine said it
/// @param rates one entry a shard, in the same order
public record Progress(Duration elapsed, LinkStatus status, List<Rates> rates) {
    /// Per second, over the last few seconds.
    public record Rates(double keys, double snapshotBytes, double commands, double bytes) {
        public static final Rates NONE = new Rates(0, 0, 0, 0);

        Rates plus(Rates other) {
            return new Rates(
                    keys + other.keys,
                    snapshotBytes + other.snapshotBytes,
                    commands + other.commands,
                    bytes + other.bytes);
        }
    }

    public Progress {
        rates = List.copyOf(rates);
        if (rates.size() != status.shards().size()) {
            throw new IllegalArgumentException(
                    rates.size() + " rates for " + status.shards().size() + " shards");
        }
    }

    /// The phase of the least advanced shard: a link streams when all of it does.
    public Phase phase() {
        return status.shards().stream()
                .map(Shard::phase)
                .min(Phase::compareTo)
                .orElse(Phase.STARTING);
    }

    /// What belongs to one direction.
    public Progress only(Direction direction) {
        List<Shard> shards = new ArrayList<>();
        List<Rates> kept = new ArrayList<>();
        for (int i = 0; i < rates.size(); i++) {
            Shard shard = status.shards().get(i);
            if (Direction.of(status, shard) == direction) {
                shards.add(shard);
                kept.add(rates.get(i));
            }
        }
        return new Progress(
                elapsed,
                new LinkStatus(shards, status.retrying(), status.conflicts(), status.forward()),
                kept);
    }

    public Rates totalRates() {
        return rates.stream().reduce(Rates.NONE, Rates::plus);
    }

    /// The sum over all shards; -1 when any is unknown.
    public long total(ToLongFunction<Shard> value) {
        long total = 0;
        for (Shard shard : status.shards()) {
            long one = value.applyAsLong(shard);
            if (one < 0) {
                return -1;
            }
            total += one;
        }
        return status.shards().isEmpty() ? -1 : total;
    }

    /// The largest over all shards; -1 when any is unknown.
    public long worst(ToLongFunction<Shard> value) {
        long worst = -1;
        for (Shard shard : status.shards()) {
            long one = value.applyAsLong(shard);
            if (one < 0) {
                return -1;
            }
            worst = Math.max(worst, one);
        }
        return worst;
    }

    /// How much of the snapshot is done, 0 to 1, over all shards; -1 when it cannot be told.
    public double snapshotFraction() {
        double sum = 0;
        for (Shard shard : status.shards()) {
            double one = snapshotFraction(shard);
            if (one < 0) {
                return -1;
            }
            sum += one;
        }
        return status.shards().isEmpty() ? -1 : sum / status.shards().size();
    }

    /// By bytes where the size is known, else by keys: a big key counts as what it is.
    public static double snapshotFraction(Shard shard) {
        if (shard.phase() == Phase.STREAMING) {
            return 1;
        }
        if (shard.snapshotBytesTotal() > 0) {
            return Math.min(1, (double) shard.snapshotBytesRead() / shard.snapshotBytesTotal());
        }
        if (shard.snapshotKeysTotal() > 0) {
            return Math.min(1, (double) shard.snapshotKeys() / shard.snapshotKeysTotal());
        }
        return -1;
    }

    /// Seconds until a shard's snapshot is done at the present rate; -1 when that cannot be told.
    public static long secondsLeft(Shard shard, Rates rates) {
        long bytes = shard.snapshotBytesTotal() - shard.snapshotBytesRead();
        if (shard.snapshotBytesTotal() > 0 && rates.snapshotBytes() > 0) {
            return (long) Math.ceil(bytes / rates.snapshotBytes());
        }
        long keys = shard.snapshotKeysTotal() - shard.snapshotKeys();
        return shard.snapshotKeysTotal() > 0 && rates.keys() > 0
                ? (long) Math.ceil(Math.max(0, keys) / rates.keys())
                : -1;
    }

    /// The slowest shard's time left; -1 when any cannot be told.
    public long secondsLeft() {
        long worst = -1;
        for (int i = 0; i < rates.size(); i++) {
            Shard shard = status.shards().get(i);
            if (shard.phase() == Phase.SNAPSHOT) {
                long one = secondsLeft(shard, rates.get(i));
                if (one < 0) {
                    return -1;
                }
                worst = Math.max(worst, one);
            }
        }
        return worst;
    }
}
