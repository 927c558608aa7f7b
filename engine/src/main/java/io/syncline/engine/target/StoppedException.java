package io.syncline.engine.target;

/// The writer was told to stop while it waited for a target that is away.
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
