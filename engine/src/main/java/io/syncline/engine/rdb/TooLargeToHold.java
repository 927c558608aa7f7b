package io.syncline.engine.rdb;

import java.io.IOException;

/// Says that a value is larger than what may be held whole. It never leaves the package and is no
/// error: the walk is deep, straight code, and this is its one early way out. Without a stack
/// trace, since huge values must not cost more than they do.
final class TooLargeToHold extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
