package io.syncline.engine.handover;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A simulated cluster whose slots move by MIGRATE while clients write to them, as nodes do it
/// (cluster.c `getNodeByQuery`, `migrateCommand`): a key that is still there is written where it
/// is, a missing one of a leaving slot at the other node.
final class SimSource {
    private static final int KEYS = 3;
    private static final List<String> TAGS = List.of("{a}", "{b}");

    final List<SimShard> shards = new ArrayList<>();
    private final Random random;
    private final List<String> story;
    private final Map<Integer, Move> moves = new TreeMap<>();
    private int written;
    private int moved;

    private static final class Move {
        final int from;
        final int to;
        boolean told;

        Move(int from, int to) {
            this.from = from;
            this.to = to;
        }
    }

    /// @param story hears what happens
    SimSource(Random random, int shards, List<String> story) {
        this.random = random;
        this.story = story;
        for (int i = 0; i < shards; i++) {
            this.shards.add(new SimShard(i, story));
        }
        TAGS.forEach(tag -> this.shards.get(random.nextInt(shards)).owned.set(SimShard.slot(tag)));
    }

    int moves() {
        return moved;
    }

    /// The newest owner: both know better than others for a moment.
    private int owner(int slot) {
        Move move = moves.get(slot);
        if (move != null) {
            return move.told ? move.to : move.from;
        }
        for (int i = 0; i < shards.size(); i++) {
            if (shards.get(i).owned.get(slot)) {
                return i;
            }
        }
        throw new IllegalStateException("slot " + slot + " has no owner");
    }

    private String tag() {
        return TAGS.get(random.nextInt(TAGS.size()));
    }

    void write() {
        String key = tag() + random.nextInt(KEYS);
        int slot = SimShard.slot(key);
        SimShard at = shards.get(owner(slot));
        Move move = moves.get(slot);
        if (move != null && !move.told && !at.data.containsKey(key)) {
            at = shards.get(move.to);
            if (!at.importing.get(slot)) {
                // Its node has forgotten the import: the client is told to come again.
                return;
            }
        }
        if (random.nextInt(5) == 0) {
            at.delete(key);
        } else {
            at.append(key, "." + ++written);
        }
    }

    /// A client flushes one shard, as FLUSHALL of a cluster does shard by shard.
    void flush() {
        shards.get(random.nextInt(shards.size())).flush();
    }

    void ping() {
        shards.get(random.nextInt(shards.size())).ping();
    }

    /// The next step of a slot's move, or the first one of another.
    void move() {
        int slot = SimShard.slot(tag());
        Move move = moves.get(slot);
        if (move == null) {
            begin(slot);
        } else {
            advance(slot, move);
        }
    }

    private void begin(int slot) {
        int from = owner(slot);
        int to = (from + 1 + random.nextInt(shards.size() - 1)) % shards.size();
        story.add("slot " + slot + " goes from " + from + " to " + to);
        moves.put(slot, new Move(from, to));
        shards.get(to).importing.set(slot);
        moved++;
    }

    private void advance(int slot, Move move) {
        SimShard from = shards.get(move.from);
        SimShard to = shards.get(move.to);
        List<String> left = from.keysIn(slot);
        if (!left.isEmpty()) {
            if (to.importing.get(slot)) {
                String key = left.get(random.nextInt(left.size()));
                to.restore(key, from.data.getOrDefault(key, ""));
                from.delete(key);
            } else {
                to.importing.set(slot);
            }
        } else if (!move.told) {
            story.add("slot " + slot + " is owned by " + move.to);
            move.told = true;
            to.importing.clear(slot);
            to.owned.set(slot);
        } else {
            story.add("slot " + slot + " has left " + move.from);
            from.owned.clear(slot);
            moves.remove(slot);
        }
    }

    /// A failover of the node that a slot is on its way to: a replica knows of no import.
    void forgetImport() {
        Move move = moves.get(SimShard.slot(tag()));
        if (move != null && !move.told) {
            story.add(move.to + " forgets its import");
            moves.forEach((slot, other) -> {
                if (other == move) {
                    shards.get(move.to).importing.clear(slot);
                }
            });
        }
    }

    void finishMoves() {
        while (!moves.isEmpty()) {
            Integer slot = moves.keySet().iterator().next();
            @Nullable Move move = moves.get(slot);
            if (move != null) {
                advance(slot, move);
            }
        }
    }

    /// What clients see.
    Map<String, String> result() {
        Map<String, String> all = new TreeMap<>();
        shards.forEach(shard -> all.putAll(shard.data));
        return all;
    }
}
