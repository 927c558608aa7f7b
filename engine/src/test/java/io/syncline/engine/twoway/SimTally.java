package io.syncline.engine.twoway;

/// What happened in a number of worlds, to show that they were worth running.
final class SimTally {
    long worlds;
    long copies;
    long operations;
    long steps;
    long conflicts;
    long transactions;
    long voided;
    long crashes;
    long losses;
    long ghostTransactions;
    long ghostRequests;
    long flushes;
    long moves;
    long jobs;
    long unfollowed;
    long floors;
    long holds;
    long lastWriterKeys;
    long wrongWinners;
    long mixedRecords;

    @Override
    public String toString() {
        return worlds
                + " worlds, "
                + copies
                + " of them with a first copy, "
                + operations
                + " operations, "
                + conflicts
                + " repairs, "
                + transactions
                + " transactions, "
                + voided
                + " voided, "
                + crashes
                + " crashes, "
                + losses
                + " lost connections, "
                + ghostTransactions
                + " transactions of ghosts, "
                + flushes
                + " flushes, "
                + moves
                + " moves, "
                + jobs
                + " of them by jobs, of which "
                + unfollowed
                + " could not be followed, "
                + floors
                + " floors, "
                + holds
                + " pauses; last writer wrong on "
                + wrongWinners
                + " of "
                + lastWriterKeys
                + " keys, records mixed on "
                + mixedRecords;
    }
}
