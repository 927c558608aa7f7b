package io.syncline.engine.resp;

import java.util.HashMap;
import java.util.Map;

/// What a server's error means to a client that writes: its first word, and what can be done.
///
/// Words as servers of Redis 2.8 to 8.6 and Valkey to 9.1 write them (server.c
/// `createSharedObjects`, cluster.c `clusterRedirectClient`).
public enum ErrorKind {
    LOADING(Remedy.RETRY),
    BUSY(Remedy.RETRY),
    TRYAGAIN(Remedy.RETRY),
    CLUSTERDOWN(Remedy.RETRY),
    MASTERDOWN(Remedy.RETRY),
    NOMASTERLINK(Remedy.RETRY),
    NOREPLICAS(Remedy.RETRY),
    UNKILLABLE(Remedy.RETRY),
    INPROG(Remedy.RETRY),
    FAILOVER(Remedy.RETRY),

    /// Memory or disk: the same command succeeds once an operator has made room.
    OOM(Remedy.RETRY),
    MISCONF(Remedy.RETRY),

    MOVED(Remedy.REDIRECT),
    ASK(Remedy.REDIRECT),

    /// A demoted primary: find the new one.
    READONLY(Remedy.REDIRECT),

    /// Look at the error of the command that could not be queued. When EXEC itself met the cause,
    /// its answer names it, and the kind is that of the cause.
    EXECABORT(Remedy.CAUSE),

    BUSYKEY(Remedy.NONE),
    WRONGTYPE(Remedy.NONE),
    CROSSSLOT(Remedy.NONE),
    NOSCRIPT(Remedy.NONE),
    NOGROUP(Remedy.NONE),
    BUSYGROUP(Remedy.NONE),
    NOPROTO(Remedy.NONE),
    UNBLOCKED(Remedy.NONE),
    NOTBUSY(Remedy.NONE),
    IOERR(Remedy.RETRY),
    NOAUTH(Remedy.OPERATOR),
    WRONGPASS(Remedy.OPERATOR),
    NOPERM(Remedy.OPERATOR),
    DENIED(Remedy.OPERATOR),

    /// `ERR max number of clients reached`, told apart since it passes.
    MAX_CLIENTS(Remedy.RETRY),

    /// `ERR unknown command`, also what managed services answer for what they forbid.
    UNKNOWN_COMMAND(Remedy.NONE),

    /// Any other `ERR`: syntax, arity, range, payloads.
    ERR(Remedy.NONE),

    /// A first word that is not known here, such as a module's or a script's own.
    OTHER(Remedy.NONE);

    /// What a writer does next.
    public enum Remedy {
        /// Wait and send the same command again to the same node.
        RETRY,
        /// Send the same command to another node.
        REDIRECT,
        /// Another reply names the reason.
        CAUSE,
        /// Someone must change credentials or rights; waiting does not help.
        OPERATOR,
        /// The command as such is refused, each time.
        NONE
    }

    /// What stands before the cause when EXEC itself was refused, for example because memory ended
    /// after its commands were queued (multi.c `execCommandAbort`, from Redis 6.2).
    private static final String ABORTED_BY = "EXECABORT Transaction discarded because of: ";

    private static final Map<String, ErrorKind> BY_WORD = new HashMap<>();

    static {
        for (ErrorKind kind : values()) {
            BY_WORD.put(kind.name(), kind);
        }
        BY_WORD.remove(MAX_CLIENTS.name());
        BY_WORD.remove(UNKNOWN_COMMAND.name());
        BY_WORD.remove(OTHER.name());
    }

    private final Remedy remedy;

    ErrorKind(Remedy remedy) {
        this.remedy = remedy;
    }

    public Remedy remedy() {
        return remedy;
    }

    /// Classifies an error by its words.
    ///
    /// @param text the error without its `-`
    public static ErrorKind of(String text) {
        if (text.startsWith(ABORTED_BY)) {
            return of(text.substring(ABORTED_BY.length()));
        }
        int space = text.indexOf(' ');
        ErrorKind kind = BY_WORD.get(space < 0 ? text : text.substring(0, space));
        if (kind == null) {
            return OTHER;
        }
        if (kind == ERR) {
            if (text.startsWith("ERR unknown command")) {
                return UNKNOWN_COMMAND;
            }
            if (text.startsWith("ERR max number of clients")) {
                return MAX_CLIENTS;
            }
            // Redis 2.8 and 3.x say so without a word of its own.
            if (text.startsWith("ERR Can't SYNC while not connected")) {
                return NOMASTERLINK;
            }
        }
        return kind;
    }
}
