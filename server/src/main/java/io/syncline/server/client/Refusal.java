package io.syncline.server.client;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;

/// What a service has refused, and why, in its own words.
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final transient Failure failure;

    private Refusal(String code, Failure failure) {
        super(failure.sentence());
        this.code = code;
        this.failure = failure;
    }

    /// What an answer says.
    ///
    /// @param code the service's own, as `NOT_NOW`; empty where the answer is none of a service
    static Refusal of(String code, int status, String place, String message, String remedy) {
        ErrorCode nearest = nearest(status);
        return new Refusal(
                code.isEmpty() ? nearest.name() : code,
                new Failure(nearest, place, message, remedy));
    }

    /// The engine's code that is most like it, for whom it blames.
    private static ErrorCode nearest(int status) {
        return switch (status) {
            case 400, 404, 413 -> ErrorCode.BAD_OPTION;
            case 401 -> ErrorCode.NOT_AUTHENTICATED;
            case 403, 405, 409, 429 -> ErrorCode.NOT_PERMITTED;
            case 500 -> ErrorCode.INTERNAL;
            default -> ErrorCode.UNREACHABLE;
        };
    }

    public String code() {
        return code;
    }

    public Failure failure() {
        return failure;
    }
}
