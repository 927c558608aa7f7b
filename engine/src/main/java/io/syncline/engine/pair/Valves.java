package io.syncline.engine.pair;

import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.SlotPairs;
import java.util.List;

/// Both directions' valves, by the site that each comes from. They outlive the runs of a task.
final class Valves {
    private final List<Valve> byOrigin = List.of(new Valve(), new Valve());

    Valve from(Site origin) {
        return byOrigin.get(origin.index());
    }

    /// Lets through between clusters what the user lets through.
    void hold(SlotPairs pairs, SlotSites sites) {
        long now = System.nanoTime();
        for (Site origin : Site.values()) {
            long commands = 0;
            long bytes = 0;
            for (SlotNode node : sites.of(origin.other())) {
                commands += node.commands();
                bytes += node.bytes();
            }
            pairs.hold(origin, from(origin).isClosed(commands, bytes, now));
        }
    }
}
