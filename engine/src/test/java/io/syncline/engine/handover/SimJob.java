package io.syncline.engine.handover;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/// One job of the server that moves slots (Valkey 9.0, cluster_migrateslots.c): what each of its
/// steps makes of the two nodes and of their streams.
final class SimJob {
    final SimShard from;
    final SimShard to;
    final BitSet slots;
    private final String name;
    private final Deque<String[]> feed = new ArrayDeque<>();
    private Step step = Step.ESTABLISH;
    private long copiedAt;

    private enum Step {
        ESTABLISH,
        SNAPSHOT,
        PAUSE,
        CLAIM,
        LEARN,
        OVER
    }

    SimJob(int number, SimShard from, SimShard to, BitSet slots) {
        this.name = "job" + number;
        this.from = from;
        this.to = to;
        this.slots = slots;
    }

    boolean isOver() {
        return step == Step.OVER;
    }

    /// Whether clients may not write to the slots now.
    boolean isPaused() {
        return step == Step.CLAIM;
    }

    /// Whether the new owner knows that it is.
    boolean isClaimed() {
        return step == Step.LEARN || step == Step.OVER;
    }

    /// The owner ran a command of these slots: the new one gets it, too.
    void feed(String... command) {
        if (step == Step.PAUSE) {
            feed.add(command);
        }
    }

    /// Does the next step.
    ///
    /// @param clock the next second
    /// @param watched whether somebody asks the old owner, at least once while the copy is under
    ///   way
    void advance(long clock, boolean watched) {
        switch (step) {
            case ESTABLISH -> {
                List<String> words = new ArrayList<>();
                words.addAll(
                        List.of("CLUSTER", "SYNCSLOTS", "ESTABLISH", "SOURCE", "x", "NAME", name));
                words.add("SLOTSRANGE");
                slots.stream()
                        .forEach(slot -> {
                            words.add(Integer.toString(slot));
                            words.add(Integer.toString(slot));
                        });
                to.say(words.toArray(new String[0]));
                from.jobs.add(this);
                to.jobs.add(this);
                step = Step.SNAPSHOT;
            }
            case SNAPSHOT -> {
                for (int slot : slots.stream().toArray()) {
                    from.keysIn(slot)
                            .forEach(key ->
                                    feed.add(
                                            new String[] {
                                                "APPEND", key, from.data.getOrDefault(key, "")
                                            }));
                }
                copiedAt = clock;
                step = Step.PAUSE;
            }
            case PAUSE -> {
                if (feed.size() > 1) {
                    deliver();
                } else if (!watched || from.asked >= copiedAt) {
                    step = Step.CLAIM;
                }
            }
            case CLAIM -> {
                while (!feed.isEmpty()) {
                    deliver();
                }
                to.owned.or(slots);
                to.say("CLUSTER", "SYNCSLOTS", "FINISH", "STATE", "SUCCESS", "NAME", name);
                to.jobSeconds = clock;
                step = Step.LEARN;
            }
            case LEARN -> {
                from.owned.andNot(slots);
                slots.stream().forEach(slot -> from.keysIn(slot).forEach(from::unlink));
                from.jobSeconds = clock;
                step = Step.OVER;
            }
            case OVER -> throw new IllegalStateException("it is over");
        }
    }

    private void deliver() {
        String[] command = feed.remove();
        if (command[0].equals("APPEND")) {
            to.append(command[1], command[2]);
        } else {
            to.delete(command[1]);
        }
    }

    /// Ends it without success, if that can still be.
    boolean fail() {
        if (isClaimed() || step == Step.ESTABLISH) {
            return false;
        }
        slots.stream().forEach(slot -> to.keysIn(slot).forEach(to::unlink));
        to.say("CLUSTER", "SYNCSLOTS", "FINISH", "STATE", "FAILED", "NAME", name);
        from.jobs.remove(this);
        to.jobs.remove(this);
        step = Step.OVER;
        return true;
    }
}
