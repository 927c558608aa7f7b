package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.link.Phase;
import io.syncline.server.view.Progress.Rates;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Moments of a link, for pinning what is shown of them.
public final class Samples {
    public static final String ID = "8371fa9b2c0d4e5f60718293a4b5c6d7e8f90123";

    private Samples() {}

    public static Shard starting(int index) {
        return new Shard(
                index,
                source(index),
                Phase.STARTING,
                "",
                0,
                -1,
                0,
                -1,
                -1,
                -1,
                -1,
                -1,
                -1,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    public static Shard snapshot(int index, long bytes, long bytesTotal, long keys, long total) {
        return new Shard(
                index,
                source(index),
                Phase.SNAPSHOT,
                ID,
                bytes,
                bytesTotal,
                keys,
                total,
                5_000,
                -1,
                5_000,
                -1,
                -1,
                0,
                0,
                0,
                4_096,
                0,
                1,
                0,
                0,
                0);
    }

    public static Shard streaming(int index, long lagBytes, long lagMillis) {
        return new Shard(
                index,
                source(index),
                Phase.STREAMING,
                ID,
                76_546_048,
                76_546_048,
                180_000,
                180_000,
                1_234_600,
                1_234_567,
                1_234_600,
                lagBytes,
                lagMillis,
                1_200_345,
                98_765_432,
                0,
                33,
                0,
                1,
                0,
                0,
                0);
    }

    public static Shard resumed(int index) {
        return new Shard(
                index,
                source(index),
                Phase.STREAMING,
                ID,
                0,
                -1,
                0,
                -1,
                900,
                900,
                900,
                0,
                12,
                7,
                420,
                2,
                0,
                0,
                0,
                1,
                0,
                0);
    }

    private static String source(int index) {
        return "10.0.0.1:" + (6379 + index);
    }

    public static Progress progress(Rates rates, Shard... shards) {
        List<Rates> all = Collections.nCopies(shards.length, rates);
        return new Progress(Duration.ofSeconds(72), new LinkStatus(Arrays.asList(shards), ""), all);
    }
}
