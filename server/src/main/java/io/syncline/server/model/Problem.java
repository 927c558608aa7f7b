package io.syncline.server.model;

import io.syncline.engine.fault.Failure;

/// A request that cannot be done, in a user's words. Never holds a secret.
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What kind it is; the name is part of the REST interface.
    public enum Code {
        /// The request itself cannot mean anything.
        BAD_REQUEST(400),
        /// No session or token, or one that is not valid any more.
        NOT_LOGGED_IN(401),
        /// The user's role does not allow it.
        FORBIDDEN(403),
        NOT_FOUND(404),
        /// There is one of that name already.
        NAME_TAKEN(409),
        /// The task's state does not allow it.
        NOT_NOW(409),
        /// Something else still uses it.
        IN_USE(409),
        /// Somebody else has changed it meanwhile.
        CHANGED(409),
        TOO_LARGE(413),
        TOO_MANY_REQUESTS(429),
        /// A bug of ours.
        INTERNAL(500),
        /// A database that cannot be used now.
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        /// The HTTP status that goes with it.
        public int status() {
            return status;
        }
    }

    private final Code code;
    private final String place;
    private final String remedy;

    public Problem(Code code, String place, String message, String remedy) {
        super(message);
        this.code = code;
        this.place = place;
        this.remedy = remedy;
    }

    /// A failure of the engine that a request caused.
    public static Problem of(Failure failure) {
        return new Problem(Code.BAD_REQUEST, failure.place(), failure.reason(), failure.remedy());
    }

    public static Problem badRequest(String place, String message, String remedy) {
        return new Problem(Code.BAD_REQUEST, place, message, remedy);
    }

    public static Problem notFound(String what, String id) {
        return new Problem(
                Code.NOT_FOUND,
                what,
                "there is no " + what + " '" + id + "' in this account",
                "List what there is, and check the id");
    }

    public Code code() {
        return code;
    }

    /// The field or thing it is about.
    public String place() {
        return place;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    public String remedy() {
        return remedy;
    }
}
