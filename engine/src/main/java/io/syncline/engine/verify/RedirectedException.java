package io.syncline.engine.verify;

import io.syncline.engine.resp.Redirect;
import java.io.IOException;

/// A cluster says that a key is elsewhere.
final class RedirectedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Redirect redirect;

    RedirectedException(Redirect redirect, String text) {
        super(text);
        this.redirect = redirect;
    }

    Redirect redirect() {
        return redirect;
    }
}
