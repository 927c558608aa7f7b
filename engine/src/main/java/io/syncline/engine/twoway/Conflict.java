package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// A key that neither link may write by commands until it was copied as a whole and that copy's
/// echo was read.
final class Conflict {
    /// By which two sites' ideas of a moment may differ, and a server be late with an expiry.
    private static final long CLOCKS_APART_MILLIS = 1_000;

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

    /// Whether it is copied though its winner's direction is held back.
    boolean owed;

    /// Whose record was asked for.
    Site winner = Site.SOURCE;

    /// Which question's answer counts.
    long token;

    /// The winner's offset at which the record was read.
    long offset;

    @Nullable KeyRecord record;

    /// By site, the first of its writes that made a conflict of another key into this one as well,
    /// through a command that has both: not taken for done before this one is over, or a restart
    /// would not find it again.
    private final long[] causes = {Long.MAX_VALUE, Long.MAX_VALUE};

    Conflict(LatchCause cause, long serial) {
        this.cause = cause;
        this.serial = serial;
    }

    /// The latest write of one site, a deletion below any other.
    private static final class Latest {
        int rank = -1;
        long millis = Resolution.NO_WRITE;

        /// Whether the site deleted the key, too.
        boolean deletes;
    }

    void note(Site site, Op op, boolean deletesYield) {
        Latest latest = site == Site.SOURCE ? source : target;
        latest.deletes |= op.item.command.deletes;
        int rank = deletesYield && op.item.command.deletes ? 0 : 1;
        if (rank > latest.rank || (rank == latest.rank && op.millis > latest.millis)) {
            latest.rank = rank;
            latest.millis = op.millis;
        }
    }

    /// It came of what a site did up to there.
    void causedBy(Site site, long opOffset) {
        causes[site.index()] = Math.min(causes[site.index()], opOffset);
    }

    /// Likewise, of all that caused another one.
    void causedBy(Conflict other) {
        for (Site site : Site.values()) {
            causedBy(site, other.causes[site.index()]);
        }
    }

    /// The first write of a site that it came of; beyond all when there is none.
    long cause(Site site) {
        return causes[site.index()];
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

    /// Whether its record is to be asked for at this site: it wins now, whoever did before.
    boolean isToBeAskedAt(Site site) {
        boolean open = state == State.OPEN || (state == State.HERE && winner != site);
        return open && decide() == site;
    }

    void ask(Site site, long question) {
        state = State.ASKED;
        record = null;
        winner = site;
        token = question;
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

    /// Whether no user's write lost: nobody else wrote what was copied though its own writes
    /// crossed none; or the loser only let the key expire, which had expired at the winner as well,
    /// or, as the record shows, is about to.
    boolean isHarmless() {
        KeyRecord copied = record;
        Latest loser = winner == Site.SOURCE ? target : source;
        Latest won = winner == Site.SOURCE ? source : target;
        if (cause != LatchCause.CONFLICT) {
            return loser.rank < 0;
        }
        if (copied == null || loser.rank != 0) {
            return false;
        }
        return won.deletes
                || copied.payload() == null
                || (copied.expiresMillis() != KeyRecord.NEVER
                        && copied.expiresMillis() <= loser.millis + CLOCKS_APART_MILLIS);
    }

    /// Begins again.
    void reopen() {
        state = State.OPEN;
        record = null;
    }
}
