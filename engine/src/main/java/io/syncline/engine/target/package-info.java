/// Writing to a target: batches, lanes, checkpoints, fencing. May touch: bytes, resp, command, rdb,
/// net, cluster, fault.
@NullMarked
package io.syncline.engine.target;

import org.jspecify.annotations.NullMarked;
