package io.syncline.engine.fault;

/// Every failure the engine can report. The name is part of the interface: it stands in JSON
/// output.
public enum ErrorCode {
    /// An option, URI or configuration file that cannot mean anything.
    BAD_OPTION(Blame.USER),
    /// Nothing answers at the address, or the name does not resolve.
    UNREACHABLE(Blame.RESOURCE),
    /// The TLS handshake failed, or the other side does not speak TLS.
    TLS_FAILED(Blame.USER),
    /// Wrong user or password, or one is required and none was given.
    NOT_AUTHENTICATED(Blame.USER),
    /// The account lacks a right that the task needs.
    NOT_PERMITTED(Blame.USER),
    /// The source does not offer PSYNC (managed service, proxy, renamed command).
    PSYNC_REFUSED(Blame.USER),
    /// The source is a replica whose own primary is away, or is loading.
    SOURCE_NOT_READY(Blame.RESOURCE),
    /// A cluster with uncovered slots, or a sentinel that knows no such primary.
    TOPOLOGY_UNUSABLE(Blame.RESOURCE),
    /// Source and target are the same instance.
    SAME_INSTANCE(Blame.USER),
    /// The target holds keys and the task was told to report that.
    TARGET_NOT_EMPTY(Blame.USER),
    /// The target is a replica.
    TARGET_READ_ONLY(Blame.RESOURCE),
    /// The target is at its memory limit.
    TARGET_OUT_OF_MEMORY(Blame.RESOURCE),
    /// The target answers with another transient refusal (LOADING, MISCONF, CLUSTERDOWN, BUSY,
    /// ...).
    TARGET_NOT_READY(Blame.RESOURCE),
    /// The target cannot hold what the source has (older version, missing module, databases).
    TARGET_UNSUITABLE(Blame.USER),
    /// The target refused a command that the source had executed.
    COMMAND_REFUSED(Blame.USER),
    /// A value cannot be expressed at the target.
    VALUE_REFUSED(Blame.USER),
    /// The source no longer holds the position this task stands at.
    POSITION_LOST(Blame.RESOURCE),
    /// FLUSHALL, FLUSHDB or SWAPDB arrived and the task was told to stop.
    FLUSH_MET(Blame.USER),
    /// Bytes from the source that are no valid snapshot or command.
    MALFORMED_STREAM(Blame.RESOURCE),
    /// A file that is the source is missing, unreadable, of no known format, or broken.
    SOURCE_FILE_UNUSABLE(Blame.USER),
    /// A file that is the source is another one than the task has applied in part.
    SOURCE_FILE_CHANGED(Blame.USER),
    /// Another process has taken this task over.
    SUPERSEDED(Blame.USER),
    /// The retry time ran out.
    RETRY_EXHAUSTED(Blame.RESOURCE),
    /// Memory or disk that Syncline itself was given is used up.
    SPOOL_FULL(Blame.RESOURCE),
    /// A single value or command needs more memory than this process may use.
    OUT_OF_MEMORY(Blame.RESOURCE),
    /// A bug of ours.
    INTERNAL(Blame.INTERNAL);

    /// Who can mend it.
    public enum Blame {
        USER,
        RESOURCE,
        INTERNAL
    }

    private final Blame blame;

    ErrorCode(Blame blame) {
        this.blame = blame;
    }

    public Blame blame() {
        return blame;
    }
}
