package io.syncline.server.task;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.precheck.Finding;
import io.syncline.server.settings.Setting;
import io.syncline.server.store.Store;
import java.util.List;

/// What to do about a link that ended with a fault.
final class Faults {
    /// What becomes of the task.
    enum Verdict {
        /// Try again for as long as a connection may be lost.
        AWAY,
        /// Try again for a shorter time.
        ODD,
        /// Give up: only a user can mend it.
        FINAL
    }

    private Faults() {}

    static Verdict judge(Failure failure) {
        return switch (failure.code()) {
            case UNREACHABLE,
                    SOURCE_NOT_READY,
                    TOPOLOGY_UNUSABLE,
                    TARGET_READ_ONLY,
                    TARGET_OUT_OF_MEMORY,
                    TARGET_NOT_READY ->
                    Verdict.AWAY;
            case MALFORMED_STREAM, SPOOL_FULL, INTERNAL -> Verdict.ODD;
            // The engine has already tried for as long as it was told to.
            case RETRY_EXHAUSTED, POSITION_LOST, OUT_OF_MEMORY -> Verdict.FINAL;
            case BAD_OPTION,
                    TLS_FAILED,
                    NOT_AUTHENTICATED,
                    NOT_PERMITTED,
                    PSYNC_REFUSED,
                    SAME_INSTANCE,
                    TARGET_NOT_EMPTY,
                    TARGET_UNSUITABLE,
                    COMMAND_REFUSED,
                    VALUE_REFUSED,
                    FLUSH_MET,
                    SOURCE_FILE_UNUSABLE,
                    SOURCE_FILE_CHANGED,
                    SUPERSEDED ->
                    Verdict.FINAL;
        };
    }

    /// What is wrong, and behind it where: who reads a task's state looks for the former first.
    static String told(Failure failure) {
        return failure.place().isEmpty()
                ? failure.reason()
                : failure.reason() + " [" + failure.place() + "]";
    }

    /// What to do, also where the engine names an option of the command line that no task has.
    static String remedy(Failure failure) {
        return failure.remedy().contains(Setting.RESYNC_FROM.option())
                ? failure.remedy()
                        + ". Here that is Resync on the task's page, or './syncline task resync'"
                : failure.remedy();
    }

    /// The gravest error of a precheck, as a failure.
    static Failure of(List<Finding> findings) {
        Finding worst =
                findings.stream()
                        .filter(f -> f.severity() == Finding.Severity.ERROR)
                        .max((a, b) -> judge(failure(a)).compareTo(judge(failure(b))))
                        .orElseThrow();
        return failure(worst);
    }

    private static Failure failure(Finding finding) {
        return new Failure(finding.code(), finding.place(), finding.reason(), finding.remedy());
    }

    /// A bug, a lack of memory, or of the store, that ended a link's thread.
    static Failure of(Throwable bug) {
        if (Store.isAway(bug)) {
            return new Failure(
                    ErrorCode.UNREACHABLE,
                    "store",
                    "the service's own database does not answer",
                    "It goes on by itself when the database is back");
        }
        boolean memory = bug instanceof OutOfMemoryError;
        return new Failure(
                memory ? ErrorCode.OUT_OF_MEMORY : ErrorCode.INTERNAL,
                "syncline",
                memory ? "the service has no memory left" : "a bug of Syncline: " + bug.getClass(),
                memory
                        ? "Give it more, for example SYNCLINE_JAVA_OPTS=-Xmx4g"
                        : "Look at the log, and report it");
    }
}
