package io.syncline.engine.pair;

import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.StreamPlace;
import io.syncline.engine.twoway.StreamUnit;
import java.util.Map;

/// Finds out at a start that a primary came back without something that the other site has of it,
/// as behind a failover that lost acknowledged writes while no process ran. The place to read from
/// may lie before that, and the server says yes to it. What was done of it since stands in the
/// echoes at the other site that are read again.
final class LostTails {
    private final SlotSites sites;
    private final Map<SlotNode, SlotNode.Begun> begun;

    /// @param begun what was found at the primaries behind the new epoch
    LostTails(SlotSites sites, Map<SlotNode, SlotNode.Begun> begun) {
        this.sites = sites;
        this.begun = begun;
    }

    /// Looks at the next unit of a primary's stream.
    ///
    /// @throws io.syncline.engine.fault.SynclineException when it tells of something that the other
    ///   site has lost
    void refuse(SlotNode node, StreamUnit unit) {
        Marker marker = unit.marker();
        SlotNode.Begun here = begun.get(node);
        if (marker == null || here == null || unit.offset() > here.offset()) {
            return;
        }
        StreamPlace read = marker.reach();
        for (SlotNode origin : sites.of(node.site().other())) {
            SlotNode.Begun there = begun.get(origin);
            if (there != null && there.history().hasLost(read)) {
                throw origin.stream().gap(read.stream() + ":" + there.history().formerEnd());
            }
        }
    }
}
