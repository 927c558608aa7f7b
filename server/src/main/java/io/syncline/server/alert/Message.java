package io.syncline.server.alert;

import java.time.Instant;

/// What a channel is told.
///
/// @param id of the alert's record; 0 for a test
/// @param test whether somebody pressed the test button
record Message(
        long id,
        String account,
        String task,
        String taskName,
        String rule,
        String text,
        Instant at,
        boolean test) {
    /// One line for people.
    String line() {
        return (test ? "Test of Syncline's alerts" : "Syncline task " + taskName) + ": " + text;
    }
}
