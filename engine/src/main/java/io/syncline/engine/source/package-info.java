/// Reading a source shard as a replica does: handshake, receiver, spool. May touch: bytes, resp,
/// command, rdb, net, cluster, fault.
@NullMarked
package io.syncline.engine.source;

import org.jspecify.annotations.NullMarked;
