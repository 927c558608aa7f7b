package io.syncline.engine.link;

import io.syncline.engine.command.Slots;
import io.syncline.engine.target.RewindException;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a pipeline asks the link's owner whether its shard's snapshot may be applied, where that one
/// follows the slots.
record ShardPermit(LinkHooks.SnapshotPermit permit, int shard, Set<String> nodes, BitSet slots) {
    /// What a pipeline asks; null where the link follows the slots itself, or has none to follow.
    static @Nullable ShardPermit of(LinkHooks hooks, int shard, Origin origin) {
        LinkHooks.SnapshotPermit permit = hooks.permit();
        return permit != null && origin instanceof Origin.Replicated replicated
                ? new ShardPermit(permit, shard, replicated.shard().ids(), origin.slots())
                : null;
    }

    /// Waits until a snapshot may be applied.
    ///
    /// @param offset where it stands in the stream
    /// @return false when told to stop
    boolean await(Workshop shop, long offset) throws RewindException {
        LinkHooks.Snapshot snapshot = new LinkHooks.Snapshot(shard, nodes, slots, offset);
        while (!permit.isGiven(snapshot)) {
            if (shop.isStopping()) {
                return false;
            }
            shop.writer().check();
            shop.await();
        }
        return true;
    }

    /// Whether a key is of a slot of the shard: a move that was broken off may have left others.
    boolean covers(byte[] buffer, int offset, int length) {
        return slots.get(Slots.of(buffer, offset, length));
    }
}
