/// What a terminal shows, as pure functions: status in, lines out. Touches no terminal, no clock
/// and no thread; the engine's status and event records only.
@NullMarked
package io.syncline.server.view;

import org.jspecify.annotations.NullMarked;
