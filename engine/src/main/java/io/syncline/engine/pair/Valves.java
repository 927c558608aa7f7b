package io.syncline.engine.pair;

import io.syncline.engine.twoway.Site;
import java.util.List;

/// Both directions' valves, by the site that each comes from. They outlive the runs of a task.
final class Valves {
    private final List<Valve> byOrigin = List.of(new Valve(), new Valve());

    Valve from(Site origin) {
        return byOrigin.get(origin.index());
    }
}
