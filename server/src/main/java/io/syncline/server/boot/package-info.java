/// Wires the service by hand and starts it. May touch: everything of the service.
@NullMarked
package io.syncline.server.boot;

import org.jspecify.annotations.NullMarked;
