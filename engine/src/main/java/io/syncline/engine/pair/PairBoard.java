package io.syncline.engine.pair;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.twoway.PairStatus;
import io.syncline.engine.twoway.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The numbers of a pair, put up by its owner and read by whoever shows them: shard 0 is the
/// forward link, shard 1 the reverse one.
final class PairBoard {
    private static final int NONE = -1;

    private final List<SiteStream> streams;
    private final List<SiteWriter> writers;
    private final Beats beats;
    private final AtomicLong conflicts = new AtomicLong();
    private final AtomicReferenceArray<@Nullable PairStatus> directions =
            new AtomicReferenceArray<>(2);
    private volatile int copyOrigin = NONE;
    private volatile LinkStatus.@Nullable Shard copied;

    PairBoard(List<SiteStream> streams, List<SiteWriter> writers, Beats beats) {
        this.streams = streams;
        this.writers = writers;
        this.beats = beats;
    }

    void copying(int origin) {
        copyOrigin = origin;
    }

    void resolved(Resolution resolution) {
        conflicts.incrementAndGet();
    }

    void direction(int origin, PairStatus status) {
        directions.set(origin, status);
    }

    /// @param copy the numbers of a first copy that runs; null for none
    LinkStatus status(@Nullable LinkStatus copy, String retrying) {
        if (copy != null && !copy.shards().isEmpty()) {
            copied = copy.shards().getFirst();
        }
        List<LinkStatus.Shard> shards = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            // While the first copy runs there is no other direction to tell of.
            if (copy == null || i == copyOrigin) {
                shards.add(shard(i, copy != null));
            }
        }
        return new LinkStatus(shards, retrying.strip(), conflicts.get());
    }

    private LinkStatus.Shard shard(int origin, boolean copying) {
        SiteWriter writer = writers.get(1 - origin);
        return new ShardNumbers(
                        origin,
                        streams.get(origin),
                        directions.get(origin),
                        origin == copyOrigin ? copied : null,
                        copying,
                        beats.siteOffset(origin))
                .shown(writer.commands(), writer.bytes(), writer.refused());
    }
}
