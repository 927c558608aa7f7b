package io.syncline.engine.verify;

import io.syncline.engine.net.HostPort;
import java.util.ArrayDeque;
import java.util.Deque;

/// A scan of one database of one node, and how far its verdicts are.
final class Walk {
    /// The cursor of a walk that has not begun, and of one that is over.
    static final String BEGIN = "0";

    static final String END = "end";

    private final boolean forward;
    private final HostPort node;
    private final Place place;
    private final String name;

    /// In the order of the scan; behind the ledger's lock.
    private final Deque<Batch> open = new ArrayDeque<>();

    /// Everything before this is settled; behind the ledger's lock.
    private String settled;

    /// @param forward whether the keys are the source's
    /// @param node whose keys
    /// @param name of this walk in a state file: side, process and database, since a cursor means
    ///   nothing to another process
    /// @param from where the scan begins
    Walk(boolean forward, HostPort node, Place place, String name, String from) {
        this.forward = forward;
        this.node = node;
        this.place = place;
        this.name = name;
        this.settled = from;
    }

    boolean isForward() {
        return forward;
    }

    HostPort node() {
        return node;
    }

    Place place() {
        return place;
    }

    String name() {
        return name;
    }

    Deque<Batch> open() {
        return open;
    }

    String settled() {
        return settled;
    }

    void settle(String cursor) {
        settled = cursor;
    }
}
