package io.syncline.engine.pair;

import io.syncline.engine.fault.SynclineException;
import java.io.IOException;

/// A side refuses the account, or what it asks for. It could do so when the task was prechecked, so
/// someone may let it again: it is tried again like a side that is away.
final class RightsException extends IOException {
    private static final long serialVersionUID = 1L;

    RightsException(String text) {
        super(text);
    }

    /// When the words are not the server's own.
    RightsException(SynclineException refusal) {
        super(refusal.failure().reason(), refusal);
    }
}
