/// Verifications of tasks: asked for, by schedule, and the continuous one of what is written. May
/// touch: `task` and below, the engine's `verify`.
@NullMarked
package io.syncline.server.verification;

import org.jspecify.annotations.NullMarked;
