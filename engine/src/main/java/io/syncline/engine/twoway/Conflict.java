package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// A key that neither link may write by commands until it was copied as a whole and that copy's
/// echo was read.
final class Conflict {
    /// How far its copy is.
    enum State {
        OPEN,
        /// Its record was asked for.
        ASKED,
        /// Its record is here.
        HERE,
        /// It is in a transaction that was sent.
        SENT
    }

    final LatchCause cause;

    /// Counts the conflicts of a ledger.
    final long serial;

    private final Latest source = new Latest();
    private final Latest target = new Latest();

    /// Set where it is not the times that decide.
    @Nullable Site forced;

    State state = State.OPEN;

    /// Whose record was asked for.
    Site winner = Site.SOURCE;

    /// Which question's answer counts.
    long token;

    /// The winner's offset at which the record was read.
    long offset;

    @Nullable KeyRecord record;

    Conflict(LatchCause cause, long serial) {
        this.cause = cause;
        this.serial = serial;
    }

    /// The latest write of one site, a deletion below any other.
    private static final class Latest {
        int rank = -1;
        long millis = Resolution.NO_WRITE;
    }

    void note(Site site, Op op, boolean deletesYield) {
        Latest latest = site == Site.SOURCE ? source : target;
        int rank = deletesYield && op.item.command.deletes ? 0 : 1;
        if (rank > latest.rank || (rank == latest.rank && op.millis > latest.millis)) {
            latest.rank = rank;
            latest.millis = op.millis;
        }
    }

    /// This site wrote it, at a time that is no longer known.
    void favour(Site site) {
        Latest latest = site == Site.SOURCE ? source : target;
        latest.rank = Math.max(latest.rank, 1);
    }

    long millis(Site site) {
        return site == Site.SOURCE ? source.millis : target.millis;
    }

    /// The site whose record both are to have. Equal times: the target's.
    Site decide() {
        Site site = forced;
        if (site != null) {
            return site;
        }
        boolean later =
                source.rank != target.rank
                        ? source.rank > target.rank
                        : source.millis > target.millis;
        return later ? Site.SOURCE : Site.TARGET;
    }

    /// Whether the answer to this question is what it waits for.
    boolean awaits(long question) {
        return state == State.ASKED && token == question;
    }

    /// Whether it is to be copied from this site, as things stand, and that was not begun from the
    /// other one, nor sent.
    boolean isFor(Site site) {
        return state != State.SENT && decide() == site && (state == State.OPEN || winner == site);
    }

    /// Begins again.
    void reopen() {
        state = State.OPEN;
        record = null;
    }
}
