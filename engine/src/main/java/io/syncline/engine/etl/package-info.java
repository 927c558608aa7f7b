/// Which keys of a source are carried over, and under which names: the rules that a user writes,
/// and what they make of keys and of commands. Pure: the same key always has the same fate, so
/// snapshot, stream, everything that is read again, and verification agree. May touch: bytes, resp,
/// command, fault.
@NullMarked
package io.syncline.engine.etl;

import org.jspecify.annotations.NullMarked;
