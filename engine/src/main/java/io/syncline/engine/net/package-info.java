/// Where a server is and how to talk to it: endpoints, credentials, TLS, blocking connections. May
/// touch: bytes, resp, fault.
@NullMarked
package io.syncline.engine.net;

import org.jspecify.annotations.NullMarked;
