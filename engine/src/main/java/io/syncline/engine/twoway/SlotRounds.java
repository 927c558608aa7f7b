package io.syncline.engine.twoway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rounds of questions to all primaries of each site, and what the last one found.
final class SlotRounds {
    private final SlotTable table;
    private final long[] begun = new long[2];
    private final @Nullable Round[] latest = new Round[2];
    private final boolean[] awaited = new boolean[2];

    /// What all nodes said.
    record Round(long number, List<NodeSighting> nodes) {
        Round {
            nodes = List.copyOf(nodes);
        }

        /// The node at which a slot rests; negative when it is on its way.
        int owner(int slot) {
            int owner = StreamUnit.NO_SLOT;
            for (int i = 0; i < nodes.size(); i++) {
                NodeSighting node = nodes.get(i);
                if (node.open().get(slot) || (node.owned().get(slot) && owner >= 0)) {
                    return StreamUnit.NO_SLOT;
                }
                owner = node.owned().get(slot) ? i : owner;
            }
            for (int i = 0; i < nodes.size(); i++) {
                if (i != owner && nodes.get(i).used().get(slot)) {
                    return StreamUnit.NO_SLOT;
                }
            }
            return owner;
        }

        long offset(int node) {
            return nodes.get(node).offset();
        }
    }

    SlotRounds(SlotTable table) {
        this.table = table;
    }

    /// The number of the next round.
    long next(Site site) {
        return begun[site.index()] + 1;
    }

    long begin(Site site) {
        return ++begun[site.index()];
    }

    void found(Site site, Round round) {
        latest[site.index()] = round;
        awaited[site.index()] = false;
    }

    /// Whether the primaries of a site have said since the start which slots they own; else they
    /// are to be asked. The floor may be old, and a slot without keys moves without a sign in any
    /// stream: a flush is not to be taken for one of slots that the node had no more.
    boolean isSighted(Site site) {
        boolean sighted = latest[site.index()] != null || table.nodeCount(site) == 1;
        awaited[site.index()] |= !sighted;
        return sighted;
    }

    /// Whether that is waited for.
    boolean isSightingAwaited(Site site) {
        return awaited[site.index()];
    }

    @Nullable Round latest(Site site) {
        return latest[site.index()];
    }

    /// The last round, if the streams are read to where it found them.
    @Nullable Round read(Site site) {
        Round round = latest[site.index()];
        for (int i = 0; round != null && i < round.nodes().size(); i++) {
            if (table.node(site, i).place.offset() < round.offset(i)) {
                return null;
            }
        }
        return round;
    }
}
