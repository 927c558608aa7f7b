/// The snapshot codec: RDB files and DUMP payloads, read in place, written for other versions, or
/// told as ordinary commands. May touch: bytes, resp.
@NullMarked
package io.syncline.engine.rdb;

import org.jspecify.annotations.NullMarked;
