package io.syncline.engine.verify;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.HostPort;
import java.io.IOException;

/// A node does not answer, or says "not now".
class NodeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient HostPort address;

    NodeException(HostPort address, String words) {
        super("[" + address + "] " + words);
        this.address = address;
    }

    NodeException(HostPort address, IOException cause) {
        super("[" + address + "] " + Failure.words(cause), cause);
        this.address = address;
    }

    final HostPort address() {
        return address;
    }
}
