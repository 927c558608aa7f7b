package io.syncline.engine.rdb;

import java.io.IOException;

/// A value that is well formed but cannot be said in another way: a module's own bytes, which only
/// the module understands. It can still travel as it is, to a server that knows the type.
public final class UnsupportedValueException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnsupportedValueException(String message) {
        super(message);
    }
}
