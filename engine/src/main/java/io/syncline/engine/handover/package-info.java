/// Slots of a cluster source that move from one shard to another while their shards' streams are
/// read: who applies a slot's commands, and from when on.
///
/// An ownership that began with MIGRATE and ended with MIGRATE brought in every key and took out
/// every key, so it leaves nothing behind, and the present owner's stream tells everything by
/// itself. A shard that neither owns nor imports a slot and has no key in it has nothing to say
/// about it, however late its stream is read. That is why the order of past ownerships need not be
/// found out, which no node could tell. Only moves by the server's own jobs, which neither bring
/// nor take keys in the streams, are kept in the order in which they were seen.
///
/// May touch: bytes, resp, command, cluster, target, fault.
@NullMarked
package io.syncline.engine.handover;

import org.jspecify.annotations.NullMarked;
