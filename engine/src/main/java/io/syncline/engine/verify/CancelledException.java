package io.syncline.engine.verify;

/// The verification was told to stop; what was looked at so far stands.
final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
