/// Checks before a start: each looks at one thing and says what it found and what to do. Nothing is
/// written on either side.
///
/// [Checks] is the table of all of them in order, [Precheck] runs it, [Node] holds what a server
/// answered, so that most checks are plain functions of answers. May touch: everything below
/// `link`.
@NullMarked
package io.syncline.engine.precheck;

import org.jspecify.annotations.NullMarked;
