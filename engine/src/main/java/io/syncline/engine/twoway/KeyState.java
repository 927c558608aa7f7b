package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// What is in flight on one key.
final class KeyState {
    /// Stands in the bits for commands that only read the key.
    private static final int READERS = 1 << 30;

    final KeyId key;
    private final OpList sourceOps = new OpList();
    private final OpList targetOps = new OpList();

    /// The groups that stand in each queue, as bits, since it was empty last: where all are of one
    /// free group, none need be looked at.
    private int sourceGroups;

    private int targetGroups;

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
        ops(site).add(op);
    }

    /// Whether a write gets on with all that is in flight from a site, seen without looking at
    /// each.
    boolean commutesAtOnce(Op op, Site site) {
        Commutation.Group group = op.effect.commutation().group();
        int groups = site == Site.SOURCE ? sourceGroups : targetGroups;
        return group.isFree() && groups == group.bit();
    }

    /// Whether any command in flight from a site may have read this key to compute another one.
    boolean mayHaveReaders(Site site) {
        return ((site == Site.SOURCE ? sourceGroups : targetGroups) & READERS) != 0;
    }

    boolean isQuiet() {
        return sourceOps.isEmpty() && targetOps.isEmpty() && conflict == null;
    }
}
