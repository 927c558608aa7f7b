package io.syncline.engine.target;

/// Where a stream stands. Mutable and reused, since it changes with each command.
///
/// In a snapshot, offsets count keys: they order batches in the same way.
public final class Place {
    /// Behind the command that was read last.
    public long offset;

    /// Before it: what is made of it may have another length.
    public long start;

    /// The source's database for the next command.
    public int database;

    /// Outside any transaction of the source: a checkpoint may stand here.
    public boolean clean = true;

    /// Behind the last command that was for the target, or that chose another database: if the
    /// source loses what it sent from here on, it loses nothing that the target has.
    public long quietFrom;

    public String replicationId = Checkpoint.NO_ID;
}
