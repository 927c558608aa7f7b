package io.syncline.engine.pair;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.twoway.PairStatus;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The numbers of a pair over slots, put up by its owner and read by whoever shows them: a shard
/// for each primary, the source's first. What a primary's shard tells of writing is what the other
/// site took of all of them, told with the first one of its direction.
final class SlotBoard {
    private final SlotSites sites;
    private final List<SlotNode> nodes;
    private final Beats beats;
    private final AtomicLong conflicts = new AtomicLong();
    private final AtomicReferenceArray<@Nullable PairStatus> statuses;
    private volatile @Nullable LinkStatus copied;
    private volatile @Nullable Site copyOrigin;

    SlotBoard(SlotSites sites, Beats beats) {
        this.sites = sites;
        this.nodes = sites.all();
        this.beats = beats;
        statuses = new AtomicReferenceArray<>(nodes.size());
    }

    void copying(Site origin) {
        copyOrigin = origin;
    }

    void resolved(Resolution resolution) {
        conflicts.incrementAndGet();
    }

    void put(int shard, PairStatus status) {
        statuses.set(shard, status);
    }

    /// @param copy the numbers of a first copy that runs; null for none
    LinkStatus status(@Nullable LinkStatus copy, String retrying) {
        if (copy != null && !copy.shards().isEmpty()) {
            copied = copy;
        }
        List<LinkStatus.Shard> shards = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            // While the first copy runs there is no other direction to tell of.
            if (copy == null || nodes.get(i).site() == copyOrigin) {
                shards.add(shard(i, copy != null));
            }
        }
        return new LinkStatus(shards, retrying, conflicts.get(), sites.of(Site.SOURCE).size());
    }

    private LinkStatus.@Nullable Shard copy(SlotNode node) {
        LinkStatus present = copied;
        return present != null
                        && node.site() == copyOrigin
                        && node.index() < present.shards().size()
                ? present.shards().get(node.index())
                : null;
    }

    private LinkStatus.Shard shard(int index, boolean copying) {
        SlotNode node = nodes.get(index);
        List<SlotNode> writers =
                node.index() == 0 ? sites.of(node.site().other()) : List.<SlotNode>of();
        return new ShardNumbers(
                        index,
                        node.stream(),
                        statuses.get(index),
                        copy(node),
                        copying,
                        beats.siteOffset(index))
                .shown(
                        writers.stream().mapToLong(SlotNode::commands).sum(),
                        writers.stream().mapToLong(SlotNode::bytes).sum(),
                        writers.stream().mapToLong(SlotNode::refused).sum());
    }
}
