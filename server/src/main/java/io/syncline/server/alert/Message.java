package io.syncline.server.alert;

import io.syncline.server.view.Numbers;
import java.time.Duration;
import java.time.Instant;

/// What a channel is told.
///
/// @param id of the alert's record; 0 for a test
/// @param at when the trouble began, or when it ended
record Message(
        long id,
        String account,
        String task,
        String taskName,
        String rule,
        String text,
        Instant at,
        Kind kind) {
    /// Why something is told.
    enum Kind {
        ALERT("alert"),
        /// The trouble of the alert with the same id is over.
        RESOLVED("resolved"),
        /// Somebody pressed the test button.
        TEST("test");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    /// The same trouble when it is over.
    Message resolved(Instant now) {
        return new Message(
                id,
                account,
                task,
                taskName,
                rule,
                "Resolved after " + Numbers.duration(Duration.between(at, now)) + ": " + text,
                now,
                Kind.RESOLVED);
    }

    /// One line for people.
    String line() {
        return (kind == Kind.TEST ? "Test of Syncline's alerts" : "Syncline task " + taskName)
                + ": "
                + text;
    }
}
