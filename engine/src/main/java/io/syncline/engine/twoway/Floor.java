package io.syncline.engine.twoway;

import java.util.List;

/// From where the streams of all nodes must be read after a restart, so that nothing is lost, done
/// twice, or taken for settled that is not: a place of each node, in the order of the nodes.
///
/// @param sourceSlots who owned what at the source at that moment
public record Floor(
        List<StreamPlace> source,
        List<StreamPlace> target,
        Ownership sourceSlots,
        Ownership targetSlots) {
    public Floor {
        source = List.copyOf(source);
        target = List.copyOf(target);
    }

    public List<StreamPlace> places(Site site) {
        return site == Site.SOURCE ? source : target;
    }

    public Ownership slots(Site site) {
        return site == Site.SOURCE ? sourceSlots : targetSlots;
    }
}
