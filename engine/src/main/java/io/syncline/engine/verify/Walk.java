package io.syncline.engine.verify;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.HostPort;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/// A scan of one database of one node, and how far its verdicts are.
final class Walk {
    /// The cursor of a walk that has not begun, and of one that is over.
    static final String BEGIN = "0";

    static final String END = "end";

    private final boolean forward;
    private final Place place;
    private final BitSet slots;
    private final boolean partial;

    /// Keys that the node said it had at the beginning.
    private final long announced;

    private HostPort node;

    /// The process that cursors belong to: they mean nothing to another, not even at the same
    /// address.
    private String process;

    /// In the order of the scan; behind the ledger's lock.
    private final Deque<KeyBatch> open = new ArrayDeque<>();

    /// Everything before this is settled; behind the ledger's lock.
    private String settled = BEGIN;

    /// Keys that are settled; behind the ledger's lock.
    private long keys;

    /// Keys of the node that the scan came by, as far as that can be told.
    private long passed;

    /// @param forward whether the keys are the source's
    /// @param node whose keys
    /// @param slots what it owns; all for a standalone server
    /// @param partial whether only keys of these slots are meant, of which some were looked at
    ///   before
    Walk(boolean forward, ServerInfo node, Place place, BitSet slots, boolean partial) {
        this.forward = forward;
        this.node = node.address();
        this.process = node.runId();
        this.place = place;
        this.announced = node.keysByDatabase().getOrDefault(database(), 0L);
        this.slots = (BitSet) slots.clone();
        this.partial = partial;
    }

    boolean isForward() {
        return forward;
    }

    Place place() {
        return place;
    }

    /// Where it scans.
    private int database() {
        return forward ? place.source() : place.target();
    }

    long announced() {
        return announced;
    }

    BitSet slots() {
        return slots;
    }

    boolean isPartial() {
        return partial;
    }

    synchronized HostPort node() {
        return node;
    }

    synchronized String process() {
        return process;
    }

    synchronized void move(HostPort to) {
        node = to;
    }

    /// In a state file.
    String name() {
        return (forward ? "source:" : "target:") + process() + ":" + database();
    }

    Deque<KeyBatch> open() {
        return open;
    }

    String settled() {
        return settled;
    }

    long keys() {
        return keys;
    }

    /// Goes on from where an earlier run was.
    void restore(ResumeFile.Reached reached) {
        settled = reached.cursor();
        keys = reached.keys();
        passed(reached.passed());
    }

    synchronized long passed() {
        return passed;
    }

    /// A scan came by so many more; a server may show some more or fewer than it is asked for.
    synchronized void passed(long more) {
        passed = Math.min(announced, passed + more);
    }

    void settle(String cursor) {
        settled = cursor;
    }

    void count(long more) {
        keys += more;
    }

    /// Begins anew at another process.
    synchronized void restart(String otherProcess) {
        process = otherProcess;
        settled = BEGIN;
        keys = 0;
        passed = 0;
    }
}
