package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import java.util.Arrays;

/// An exception that nobody expected, in words. The trace is for who mends it, so it is printed
/// only when asked for.
final class Bugs {
    static final String DEBUG_VARIABLE = "SYNCLINE_DEBUG";

    private Bugs() {}

    static Failure failure(Throwable bug) {
        if (System.getenv(DEBUG_VARIABLE) != null) {
            bug.printStackTrace();
        }
        String place =
                Arrays.stream(bug.getStackTrace())
                        .filter(frame -> frame.getClassName().startsWith("io.syncline."))
                        .findFirst()
                        .map(StackTraceElement::toString)
                        .orElse("syncline");
        // No message: it may quote data or a secret.
        return new Failure(
                ErrorCode.INTERNAL,
                place,
                "a bug of Syncline: " + bug.getClass().getName(),
                "Run it again with " + DEBUG_VARIABLE + "=1 and report what it prints");
    }
}
