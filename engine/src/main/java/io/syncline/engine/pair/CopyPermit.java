package io.syncline.engine.pair;

import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.pair.SlotsAtRest.Rest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Lets the snapshots of the first copy be applied only if no slot has moved between the first and
/// the last of them: together they are then what every slot's owner had at its snapshot, and what
/// moves later stands in the streams behind. Pipelines ask from their threads, the owner decides.
final class CopyPermit implements LinkHooks.SnapshotPermit {
    private final SlotsAtRest slots;
    private final List<SlotNode> nodes;
    private final Rest before;
    private final Map<Integer, LinkHooks.Snapshot> asked = new ConcurrentHashMap<>();
    private final Map<Integer, Long> given = new ConcurrentHashMap<>();
    private boolean moved;

    /// @param before a look from before the copy was begun
    CopyPermit(List<SlotNode> nodes, SlotsAtRest slots, Rest before) {
        this.nodes = List.copyOf(nodes);
        this.slots = slots;
        this.before = before;
    }

    @Override
    public boolean isGiven(LinkHooks.Snapshot snapshot) {
        asked.put(snapshot.shard(), snapshot);
        Long offset = given.get(snapshot.shard());
        return offset != null && offset == snapshot.offset();
    }

    /// Whether slots have moved between the snapshots, so that they cannot be applied.
    boolean hasMoved() {
        return moved;
    }

    /// Whether some snapshot may have been applied.
    boolean wasGiven() {
        return !given.isEmpty();
    }

    /// Looks, when all wait that have not ended.
    ///
    /// @return false when the copy must end, since slots have moved
    boolean look(LinkStatus copy) throws PrimariesChangedException {
        @Nullable Rest now;
        try {
            // Also when nobody waits: a primary that joins is to be seen before it is given keys.
            now = slots.look();
        } catch (PrimariesChangedException e) {
            throw e;
        } catch (IOException e) {
            // The copy meets the same fault, and says so when it lasts.
            System.getLogger(CopyPermit.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking for slots", e);
            return true;
        }
        if (!isWaitedFor(copy)) {
            return true;
        }
        moved = now == null || !before.isStill(now) || !areBetween();
        if (!moved && now != null && areBefore(now)) {
            asked.forEach((shard, snapshot) -> given.put(shard, snapshot.offset()));
        }
        return !moved;
    }

    private boolean isWaitedFor(LinkStatus copy) {
        boolean all =
                !copy.shards().isEmpty()
                        && copy.shards().stream()
                                .allMatch(shard ->
                                        shard.phase() == Phase.ENDED
                                                || asked.containsKey(shard.index()));
        return all && asked.values().stream().anyMatch(each -> !isAnswered(each));
    }

    private boolean isAnswered(LinkHooks.Snapshot snapshot) {
        Long offset = given.get(snapshot.shard());
        return offset != null && offset == snapshot.offset();
    }

    /// Whether all were taken behind the first look, of the slots that were seen then: a server may
    /// hand out a snapshot that it makes for another replica already.
    private boolean areBetween() {
        for (LinkHooks.Snapshot each : asked.values()) {
            int node = node(each);
            if (node < 0
                    || !each.slots().equals(before.slots().get(node))
                    || each.offset() < before.places().get(node).offset()) {
                return false;
            }
        }
        return true;
    }

    private boolean areBefore(Rest now) {
        return asked.values().stream()
                .allMatch(each -> each.offset() <= now.places().get(node(each)).offset());
    }

    private int node(LinkHooks.Snapshot snapshot) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).port().identity().ids().stream()
                    .anyMatch(snapshot.nodes()::contains)) {
                return i;
            }
        }
        return -1;
    }
}
