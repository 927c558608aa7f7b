/// A two-way task: the shell around the pure core in `twoway`. Connects to both sites, makes the
/// first copy, reads both streams, carries the core's requests and answers.
///
/// Owns its threads (docs/internals/concurrency.md names them). May touch everything; nothing in
/// the engine touches it.
@NullMarked
package io.syncline.engine.pair;

import org.jspecify.annotations.NullMarked;
