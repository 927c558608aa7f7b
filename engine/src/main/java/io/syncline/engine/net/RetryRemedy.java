package io.syncline.engine.net;

import io.syncline.engine.resp.ErrorKind;

/// What a user can do while a side is away. The server's own words tell: most of what stands in the
/// way passes only when someone acts.
public final class RetryRemedy {
    private RetryRemedy() {}

    /// What to do, without an end to the sentence.
    ///
    /// @param where what is away, in words
    /// @param reason of the retry: a server's error, perhaps behind words of ours
    public static String of(String where, String reason) {
        return remedy(kind(reason), where);
    }

    /// What the server says.
    ///
    /// Words of ours stand before a colon and a space; where an account is refused, there may be no
    /// others.
    public static ErrorKind kind(String reason) {
        if (reason.contains("password")) {
            return ErrorKind.NOAUTH;
        }
        String rest = reason;
        while (true) {
            ErrorKind kind = ErrorKind.of(rest);
            int colon = rest.indexOf(": ");
            if ((kind != ErrorKind.OTHER && kind != ErrorKind.ERR) || colon < 0) {
                return kind;
            }
            rest = rest.substring(colon + 2);
        }
    }

    private static String remedy(ErrorKind kind, String where) {
        return switch (kind) {
            case OOM -> "Raise maxmemory at " + where + ", or free memory there";
            case READONLY ->
                    "It is a replica now: make it a primary again (REPLICAOF NO ONE), or name the"
                            + " sentinels or the cluster, so that the primary is found";
            case MISCONF, IOERR ->
                    "Look at the log of "
                            + where
                            + ": it cannot write its RDB or append-only file, mostly for want of disk"
                            + " space; make room there";
            case LOADING -> "Wait until " + where + " has loaded its data";
            case BUSY, UNKILLABLE -> "Wait for the end of the script, or end it (SCRIPT KILL)";
            case MAX_CLIENTS -> "Raise maxclients at " + where + ", or close other connections";
            case NOREPLICAS -> "Bring back its replicas, or lower min-replicas-to-write";
            case CLUSTERDOWN, TRYAGAIN, MOVED, ASK, CROSSSLOT ->
                    "Bring every slot of "
                            + where
                            + " to a primary that runs, and end moves of slots (CLUSTER INFO, CLUSTER"
                            + " NODES)";
            case MASTERDOWN, NOMASTERLINK -> "Bring back the primary of this replica";
            case NOPERM -> "Give the account the right again";
            case NOAUTH, WRONGPASS, DENIED ->
                    "Give the account its password and rights again, or stop the task and start it with"
                            + " the new password";
            case INPROG,
                    FAILOVER,
                    EXECABORT,
                    BUSYKEY,
                    WRONGTYPE,
                    NOSCRIPT,
                    NOGROUP,
                    BUSYGROUP,
                    NOPROTO,
                    UNBLOCKED,
                    NOTBUSY,
                    UNKNOWN_COMMAND,
                    ERR,
                    OTHER ->
                    "Bring back " + where + ", or the network to it";
        };
    }
}
