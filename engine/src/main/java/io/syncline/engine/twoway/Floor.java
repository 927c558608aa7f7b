package io.syncline.engine.twoway;

import java.util.List;

/// From where the streams of all nodes must be read after a restart, so that nothing is lost, done
/// twice, or taken for settled that is not: a place of each node, in the order of the nodes.
public record Floor(List<StreamPlace> source, List<StreamPlace> target) {
    public Floor {
        source = List.copyOf(source);
        target = List.copyOf(target);
    }

    public List<StreamPlace> places(Site site) {
        return site == Site.SOURCE ? source : target;
    }
}
