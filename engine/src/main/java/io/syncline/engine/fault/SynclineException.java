package io.syncline.engine.fault;

import org.jspecify.annotations.Nullable;

/// A [Failure] on its way up. Not for connections that break: those are `IOException`s, and
/// retried.
public final class SynclineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public SynclineException(Failure failure) {
        this(failure, null);
    }

    public SynclineException(Failure failure, @Nullable Throwable cause) {
        super(failure.sentence(), cause);
        this.failure = failure;
    }

    public SynclineException(ErrorCode code, String place, String reason, String remedy) {
        this(new Failure(code, place, reason, remedy));
    }

    public Failure failure() {
        return failure;
    }
}
