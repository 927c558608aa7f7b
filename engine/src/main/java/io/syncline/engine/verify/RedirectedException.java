package io.syncline.engine.verify;

import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Redirect;

/// A cluster says that a key is elsewhere.
final class RedirectedException extends NodeException {
    private static final long serialVersionUID = 1L;

    private final transient Redirect redirect;

    RedirectedException(Redirect redirect, HostPort address, String text) {
        super(address, text);
        this.redirect = redirect;
    }

    Redirect redirect() {
        return redirect;
    }
}
