package io.syncline.engine.twoway;

/// Writes down in both markers how far a pair is, before its run ends, so that the next one needs
/// next to nothing of what the sites have kept.
///
/// Takes two markers of each link: the first ones say how far each site is, and only their echoes
/// let the second ones say that this is known. What waits goes on meanwhile; what is held back by
/// its user does not, and nothing can be written down behind it.
public final class Parting {
    private final Flow[] flows;
    private final Gates gates;

    /// By site, how far its stream was known to go when this began.
    private final long[] goals;

    Parting(Flow[] flows, Gates gates) {
        this.flows = flows.clone();
        this.gates = gates;
        goals = new long[] {end(flows[0]), end(flows[1])};
    }

    private static long end(Flow flow) {
        return flow.position + Math.max(0, flow.unread);
    }

    /// Sees to it that the markers are written.
    ///
    /// @return whether they are, or cannot be
    public boolean look() {
        for (Flow flow : flows) {
            if (gates.isClosed(flow.origin) && !flow.waiting.isEmpty()) {
                return true;
            }
        }
        boolean source = mark(flows[0], flows[1]);
        return mark(flows[1], flows[0]) && source;
    }

    private boolean mark(Flow flow, Flow back) {
        long known = goals[back.origin.index()];
        boolean through = flow.sentThrough.offset() >= goals[flow.origin.index()];
        if (through && flow.sentKnown.offset() >= known) {
            return true;
        }
        flow.heartbeat |= !through || back.seen.offset() >= known;
        return false;
    }
}
