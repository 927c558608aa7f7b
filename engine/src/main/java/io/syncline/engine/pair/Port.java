package io.syncline.engine.pair;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.twoway.PairKeys;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.util.BitSet;

/// One primary of a site: how to reach it, whichever node it is by now, and which names things have
/// there.
///
/// @param slots that it owns; all of them where the site is no cluster
record Port(Site site, PairKeys keys, BitSet slots, NodeFinder finder, Connector connector) {
    Port {
        slots = (BitSet) slots.clone();
    }

    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    Connection open() throws IOException {
        return connector.open(finder.find());
    }
}
