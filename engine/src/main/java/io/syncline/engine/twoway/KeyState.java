package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// What is in flight on one key.
final class KeyState {
    /// Stands in the bits for commands that only read the key.
    private static final int READERS = 1 << 30;

    /// As many ops are compared one by one.
    private static final int LONG = 64;

    final KeyId key;
    private final OpList sourceOps = new OpList();
    private final OpList targetOps = new OpList();

    /// The groups that stand in each queue, as bits, since it was empty last: where all are of one
    /// free group, none need be looked at.
    private int sourceGroups;

    private int targetGroups;

    /// Only of a queue that is long.
    private @Nullable MemberCounts sourceMembers;

    private @Nullable MemberCounts targetMembers;

    @Nullable Conflict conflict;

    /// How many transactions in a row were voided over this key.
    int failures;

    KeyState(KeyId key) {
        this.key = key;
    }

    OpList ops(Site site) {
        return site == Site.SOURCE ? sourceOps : targetOps;
    }

    void add(Site site, Op op) {
        int bit = op.writes() ? op.effect.commutation().group().bit() : READERS;
        if (site == Site.SOURCE) {
            sourceGroups = sourceOps.isEmpty() ? bit : sourceGroups | bit;
        } else {
            targetGroups = targetOps.isEmpty() ? bit : targetGroups | bit;
        }
        OpList ops = ops(site);
        ops.add(op);
        MemberCounts counts = members(site);
        if (counts != null) {
            counts.add(op);
        } else if (ops.size() == LONG) {
            counts = new MemberCounts();
            ops.forEach(counts::add);
            members(site, counts);
        }
    }

    void remove(Site site, Op op) {
        OpList ops = ops(site);
        ops.remove(op);
        MemberCounts counts = members(site);
        if (counts != null && ops.isEmpty()) {
            members(site, null);
        } else if (counts != null) {
            counts.remove(op);
        }
    }

    private @Nullable MemberCounts members(Site site) {
        return site == Site.SOURCE ? sourceMembers : targetMembers;
    }

    private void members(Site site, @Nullable MemberCounts counts) {
        if (site == Site.SOURCE) {
            sourceMembers = counts;
        } else {
            targetMembers = counts;
        }
    }

    /// Whether a write gets on with all that is in flight from a site, seen without looking at
    /// each.
    boolean commutesAtOnce(Op op, Site site) {
        Commutation.Group group = op.effect.commutation().group();
        int groups = site == Site.SOURCE ? sourceGroups : targetGroups;
        if (group.isFree()) {
            return groups == group.bit();
        }
        MemberCounts counts = members(site);
        return counts != null && (groups & ~group.apart()) == 0 && !counts.mayMeet(op);
    }

    /// Whether any command in flight from a site may have read this key to compute another one.
    boolean mayHaveReaders(Site site) {
        return ((site == Site.SOURCE ? sourceGroups : targetGroups) & READERS) != 0;
    }

    boolean isQuiet() {
        return sourceOps.isEmpty() && targetOps.isEmpty() && conflict == null;
    }
}
