/// A task's states, what may be done in each, and what follows: pure, without clock, store or
/// thread. May touch: the JDK.
@NullMarked
package io.syncline.server.lifecycle;

import org.jspecify.annotations.NullMarked;
