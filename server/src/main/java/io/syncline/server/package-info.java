/// The command line and the wiring of one process. May touch the engine.
@NullMarked
package io.syncline.server;

import org.jspecify.annotations.NullMarked;
