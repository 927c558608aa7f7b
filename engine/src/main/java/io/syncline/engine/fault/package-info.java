/// What can go wrong, in one vocabulary for prechecks, links, CLI and (later) REST. Touches nothing
/// else of the engine.
@NullMarked
package io.syncline.engine.fault;

import org.jspecify.annotations.NullMarked;
