package io.syncline.engine.fault;

import static java.util.Objects.requireNonNull;

/// One failure in a user's words.
///
/// @param code what kind it is
/// @param place where: an address, an address with a stream offset, an option; never a secret
/// @param reason what was found and which rule it breaks
/// @param remedy what to do about it
public record Failure(ErrorCode code, String place, String reason, String remedy) {
    public Failure {
        requireNonNull(code, "code is null");
        requireNonNull(place, "place is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(remedy, "remedy is null");
    }

    /// What an exception says; its kind where it says nothing.
    public static String words(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /// One line: `[place] reason. remedy`.
    public String sentence() {
        return "[" + place + "] " + reason + (remedy.isEmpty() ? "" : ". " + remedy);
    }
}
