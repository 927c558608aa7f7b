package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A process's questions to the nodes of one site, who owns what: asked one after the other, in any
/// order, with anything happening in between.
final class SimRounds {
    private final SlotWorld world;
    private final Site site;
    private final List<Integer> left = new ArrayList<>();
    private final SortedMap<Integer, NodeSighting> answers = new TreeMap<>();
    private BitSet asked = new BitSet();
    private long number;

    SimRounds(SlotWorld world, Site site) {
        this.world = world;
        this.site = site;
    }

    /// Asks one node, or begins.
    ///
    /// @param uncalled whether to begin though nothing waits for it
    boolean step(SlotPairs core, boolean uncalled) {
        if (left.isEmpty()) {
            return begin(core, uncalled);
        }
        int node = left.removeFirst();
        answers.put(node, world.moves.sighting(site, node, asked));
        if (left.isEmpty()) {
            core.sighted(site, number, List.copyOf(answers.values()));
        }
        return true;
    }

    private boolean begin(SlotPairs core, boolean uncalled) {
        if (!core.mayBeginRound(site) || !(uncalled || core.isRoundWaitedFor(site))) {
            return false;
        }
        answers.clear();
        for (int i = 0; i < world.nodes(site).size(); i++) {
            left.add(world.random.nextInt(left.size() + 1), i);
        }
        asked = core.questionable(site);
        number = core.beginRound(site);
        return true;
    }
}
