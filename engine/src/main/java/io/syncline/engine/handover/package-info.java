/// Slots of a cluster source that move from one shard to another while their shards' streams are
/// read: who applies a slot's commands, and from when on. May touch: bytes, resp, command, cluster,
/// target, fault.
@NullMarked
package io.syncline.engine.handover;

import org.jspecify.annotations.NullMarked;
