package io.syncline.engine.target;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.RetryRemedy;
import io.syncline.engine.resp.ErrorKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// What a target's error means to us: an exception worth another try, or a final one.
final class TargetErrors {
    static final String ONE_DATABASE = "a cluster has one database, 0";

    private static final String RIGHTS =
            "Give the account read and write rights on all keys, and the commands WATCH, MULTI, EXEC,"
                    + " EVAL, GET, SET, RESTORE; the task goes on where it stopped";

    private TargetErrors() {}

    /// A key of the snapshot has no place in a cluster.
    static SynclineException oneDatabase(String place, int database) {
        return new SynclineException(
                ErrorCode.TARGET_UNSUITABLE,
                place,
                "the source has keys in a database that would be "
                        + database
                        + " at the target; "
                        + ONE_DATABASE,
                "Choose or map databases with --databases, for example " + database + ":0");
    }

    /// A refusal that passes: the words stay those of the server.
    static final class NotNowException extends IOException {
        private static final long serialVersionUID = 1L;

        NotNowException(String text) {
            super(text);
        }
    }

    static IOException of(String place, String text) {
        if (ErrorKind.of(text) == ErrorKind.NOPERM) {
            // Someone may give the right back; when nobody does, the time runs out over these
            // words.
            return new NotNowException(text);
        }
        return switch (LaneFault.kindOf(text)) {
            case NOT_NOW, MOVED -> new NotNowException(text);
            case LOST, CHAIN_BROKEN, PROTOCOL, REFUSED -> throw refusal(place, text);
        };
    }

    static SynclineException refusal(String place, String text) {
        return switch (ErrorKind.of(text)) {
            case NOPERM ->
                    new SynclineException(
                            ErrorCode.NOT_PERMITTED,
                            place,
                            "the target refuses what the task needs: " + text,
                            RIGHTS);
            case NOAUTH, WRONGPASS ->
                    new SynclineException(
                            ErrorCode.NOT_AUTHENTICATED,
                            place,
                            "the target refuses the account: " + text,
                            "Give the right user:password");
            default ->
                    new SynclineException(
                            ErrorCode.TARGET_UNSUITABLE,
                            place,
                            "the target refuses what the task needs: " + text,
                            "The target must allow transactions (WATCH, MULTI, EXEC); a proxy may"
                                    + " not: name the node itself");
        };
    }

    /// A command of the stream was refused before anything of its batch took effect: the task stops
    /// in front of it.
    static SynclineException commandRefused(String place, Refusal refusal, OwnKeys keys) {
        return commandRefused(
                place,
                refusal,
                "Mend the cause at the target and start the task again, or choose --on-refused skip to"
                        + " go on without such commands (they are listed in "
                        + new String(keys.refused(), StandardCharsets.UTF_8)
                        + ")");
    }

    /// The target refused a command while it ran the rest of its transaction: it is not sent again.
    static SynclineException commandPassed(String place, Refusal refusal, OwnKeys keys) {
        return commandRefused(
                place,
                refusal,
                "It is listed in "
                        + new String(keys.refused(), StandardCharsets.UTF_8)
                        + " with all its arguments: mend the cause, run it by hand, and start the"
                        + " task again, which goes on behind it; or choose --on-refused skip to go on"
                        + " without such commands");
    }

    private static SynclineException commandRefused(String place, Refusal refusal, String remedy) {
        return new SynclineException(
                ErrorCode.COMMAND_REFUSED,
                place + " offset " + refusal.offset(),
                "the target refused "
                        + refusal.command()
                        + " on key '"
                        + refusal.key()
                        + "' in database "
                        + refusal.database()
                        + ": "
                        + refusal.reason(),
                remedy);
    }

    /// What it is called when the retry time ran out over such words.
    static ErrorCode code(String text) {
        return switch (RetryRemedy.kind(text)) {
            case OOM -> ErrorCode.TARGET_OUT_OF_MEMORY;
            case READONLY -> ErrorCode.TARGET_READ_ONLY;
            case NOPERM -> ErrorCode.NOT_PERMITTED;
            case NOAUTH, WRONGPASS, DENIED -> ErrorCode.NOT_AUTHENTICATED;
            case LOADING,
                    BUSY,
                    TRYAGAIN,
                    CLUSTERDOWN,
                    MASTERDOWN,
                    MISCONF,
                    IOERR,
                    NOREPLICAS,
                    MAX_CLIENTS ->
                    ErrorCode.TARGET_NOT_READY;
            default -> ErrorCode.UNREACHABLE;
        };
    }

    /// The retry time is over, or there is none.
    static SynclineException exhausted(String place, Duration retry, String reason) {
        ErrorCode code = code(reason);
        boolean waited = !retry.isZero();
        return new SynclineException(
                code == ErrorCode.UNREACHABLE && waited ? ErrorCode.RETRY_EXHAUSTED : code,
                place,
                "the target takes no writes"
                        + (waited ? " for " + retry.toMinutes() + " min" : "")
                        + ": "
                        + reason,
                code == ErrorCode.NOT_PERMITTED
                        ? RIGHTS
                        : RetryRemedy.of("the target", reason)
                                + "; then start the task again: it goes on where it stopped");
    }
}
