/// Checks before a start: each looks at one thing and says what it found and what to do. May touch:
/// everything below `link`.
@NullMarked
package io.syncline.engine.precheck;

import org.jspecify.annotations.NullMarked;
