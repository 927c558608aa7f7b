/// The life of one direction of a task: starts and stops pipelines, retries, owns every thread. The
/// top of the engine: may touch every other engine package.
@NullMarked
package io.syncline.engine.link;

import org.jspecify.annotations.NullMarked;
