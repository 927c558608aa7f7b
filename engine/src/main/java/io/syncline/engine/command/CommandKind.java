package io.syncline.engine.command;

/// What the decoder of a replication stream does with a command. Nearly every command is [#DATA];
/// the others are few, and the decoder's `switch` names each.
public enum CommandKind {
    /// Changes data in the current database and means the same at every target: passed on as is.
    DATA,
    /// `SET`, which is data, save that it may carry an expiry; the commonest command of all.
    SET,
    /// `DEL` and `UNLINK`, which mean the same: older targets know only the first.
    DELETE,
    /// Sets an expiry, relative or absolute, of a key or of hash fields.
    EXPIRY,
    /// `RESTORE` and the `RESTORE-ASKING` of slot migrations.
    RESTORE,
    /// `XADD` and `XTRIM`, whose streamed form some servers refuse from a normal client.
    STREAM,
    /// `MOVE key db`: the database must be mapped.
    MOVE,
    /// `COPY source target [DB n]`: the database must be mapped.
    COPY,
    /// `SELECT`: changes the stream's database; followed, not passed on.
    SELECT,
    /// `MULTI`: the start of a unit that is never cut in two.
    MULTI,
    EXEC,
    /// Scripts and functions that a source of version 4.0 or less (or one with
    /// `lua-replicate-commands no`) streams as text. Keys are those declared.
    EVAL,
    /// `PUBLISH`, `SPUBLISH`: a message, no data. In two-way tasks it would loop.
    PUBLISH,
    /// Concerns all databases of the shard that says so.
    FLUSHALL,
    FLUSHDB,
    SWAPDB,
    /// Libraries of functions: for every node of the target.
    FUNCTION,
    /// `SCRIPT LOAD`, `SCRIPT FLUSH`, streamed by 6.2 and older: for every node of the target.
    SCRIPT,
    /// Talk between servers, or about a server: `PING`, `REPLCONF`, `CLUSTER`, `TRIMSLOTS`. Counted
    /// in the offset and dropped.
    CONTROL,
    /// Reads; never in a stream, without effect if one came.
    READ,
    /// Not in the table: a module's command or a newer server's. Passed on, its key guessed at
    /// argument 1.
    UNKNOWN
}
