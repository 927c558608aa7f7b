package io.syncline.engine.handover;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntPredicate;
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
    private final boolean byJob;
    private final List<SimJob> jobs = new ArrayList<>();
    private final Map<Integer, Long> movedAt = new TreeMap<>();
    private long clock;

    /// Whether a process lives.
    boolean watched;

    /// Whether a slot may move again by a job: in the order of two moves over a death nobody knows.
    IntPredicate movable = slot -> true;

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

    /// @param byJob whether jobs of the server move the slots
    /// @param story hears what happens
    SimSource(Random random, int shards, boolean byJob, List<String> story) {
        this.byJob = byJob;
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
        for (SimJob job : jobs) {
            if (job.slots.get(slot)) {
                return (job.isClaimed() ? job.to : job.from).number;
            }
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
        if (jobs.stream().anyMatch(job -> job.isPaused() && job.slots.get(slot))) {
            return;
        }
        SimShard at = shards.get(owner(slot));
        Move move = moves.get(slot);
        if (move != null && !move.told && !at.data.containsKey(key)) {
            at = shards.get(move.to);
            if (!at.importing.get(slot)) {
                // Its node has forgotten the import: the client is told to come again.
                return;
            }
        }
        if (random.nextInt(5) < 2) {
            at.delete(key);
            feed(slot, "DEL", key);
        } else {
            String text = "." + ++written;
            at.append(key, text);
            feed(slot, "APPEND", key, text);
        }
    }

    private void feed(int slot, String... command) {
        jobs.stream()
                .filter(job -> job.slots.get(slot) && !job.isClaimed())
                .forEach(job -> job.feed(command));
    }

    /// A client flushes one shard, as FLUSHALL of a cluster does shard by shard.
    void flush() {
        SimShard shard = shards.get(random.nextInt(shards.size()));
        if (jobs.stream()
                .noneMatch(job -> job.from == shard && (job.isPaused() || job.isClaimed()))) {
            shard.flush();
            jobs.removeIf(job -> (job.from == shard || job.to == shard) && job.fail());
        }
    }

    /// A job ends without success.
    void failJob() {
        jobs.removeIf(job -> random.nextBoolean() && job.fail());
    }

    void ping() {
        shards.get(random.nextInt(shards.size())).ping();
    }

    /// The next step of a slot's move, or the first one of another.
    void move() {
        int slot = SimShard.slot(tag());
        Move move = moves.get(slot);
        if (byJob) {
            moveByJob(slot);
        } else if (move == null) {
            begin(slot);
        } else {
            advance(slot, move);
        }
    }

    /// What no look at the nodes has seen cannot be told; such a move needs more time than a look.
    private void moveByJob(int slot) {
        for (SimJob job : jobs) {
            if (job.slots.get(slot)) {
                advance(job);
                return;
            }
        }
        SimShard from = shards.get(owner(slot));
        BitSet slots = new BitSet();
        slots.set(slot);
        if (random.nextBoolean()) {
            slots.or(from.owned);
            jobs.forEach(job -> slots.andNot(job.slots));
        }
        long last =
                slots.stream().mapToLong(each -> movedAt.getOrDefault(each, -1L)).max().orElse(-1);
        if (shards.stream().anyMatch(shard -> shard.heard < last)
                || !slots.stream().allMatch(movable)) {
            return;
        }
        int to = (from.number + 1 + random.nextInt(shards.size() - 1)) % shards.size();
        moved++;
        story.add("slots " + slots + " go from " + from.number + " to " + to + " by a job");
        jobs.add(new SimJob(moved, from, shards.get(to), slots));
    }

    private void advance(SimJob job) {
        boolean claimed = job.isClaimed();
        job.advance(++clock, watched);
        if (job.isOver()) {
            story.add("slots " + job.slots + " have left " + job.from.number);
            job.slots.stream().forEach(slot -> movedAt.put(slot, clock));
            jobs.remove(job);
        } else if (!claimed && job.isClaimed()) {
            story.add("slots " + job.slots + " are owned by " + job.to.number);
        }
    }

    long clock() {
        return clock;
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

    /// Does a step of a job; tells whether there is none any more.
    boolean finishSome() {
        if (!jobs.isEmpty()) {
            advance(jobs.getFirst());
        }
        return jobs.isEmpty();
    }

    void finishMoves() {
        boolean done = false;
        while (!done) {
            done = finishSome();
        }
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
        // Nothing moves any more, so each key is at one shard.
        shards.forEach(shard -> all.putAll(shard.data));
        return all;
    }
}
