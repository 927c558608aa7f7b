package io.syncline.engine.pair;

import java.io.IOException;

/// A site has other primaries than when the run began, or their own keys must be somewhere else:
/// the next run begins at once, from the floor.
final class PrimariesChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    PrimariesChangedException(String message) {
        super(message);
    }
}
