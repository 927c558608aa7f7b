package io.syncline.engine.twoway;

import io.syncline.engine.twoway.SimSite.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/// A job of the server that moves a slot of a [SlotWorld] (Valkey 9.0, cluster_migrateslots.c):
/// what each of its steps makes of the two nodes and of their streams.
final class SimSlotJob {
    final int slot;
    final int from;
    final int to;
    private final String name;
    private final SimSite source;
    private final SimSite target;
    private final Deque<List<Command>> feed = new ArrayDeque<>();
    private final Consumer<List<Command>> follower = this::follow;
    private final Consumer<List<Command>> guard = this::look;
    private Step step = Step.ESTABLISH;
    private boolean cancelled;

    private enum Step {
        ESTABLISH,
        SNAPSHOT,
        COPY,
        LEARN,
        OVER
    }

    SimSlotJob(int number, int slot, int from, int to, SimSite source, SimSite target) {
        this.name = "job" + number;
        this.slot = slot;
        this.from = from;
        this.to = to;
        this.source = source;
        this.target = target;
    }

    boolean isOver() {
        return step == Step.OVER;
    }

    /// Whether both nodes believe that the slot is theirs.
    boolean isClaimed() {
        return step == Step.LEARN;
    }

    /// The owner did something.
    private void follow(List<Command> effects) {
        look(effects);
        List<Command> mine = new ArrayList<>();
        for (Command effect : effects) {
            if (SimMoves.isIn(slot, effect)) {
                mine.add(effect);
            }
        }
        if (step == Step.COPY && !mine.isEmpty()) {
            feed.add(mine);
        }
    }

    private void look(List<Command> effects) {
        cancelled |= effects.stream().anyMatch(effect -> effect.words()[0].startsWith("FLUSH"));
    }

    /// Does the next step.
    ///
    /// @param keys of the slot at its owner
    /// @param paused whether the owner may be paused now, so that the job ends
    /// @param claim hears of the new owner
    void advance(List<String> keys, boolean paused, Runnable claim) {
        switch (step) {
            case ESTABLISH -> {
                String range = Integer.toString(slot);
                target.say(
                        "CLUSTER",
                        "SYNCSLOTS",
                        "ESTABLISH",
                        "SOURCE",
                        "node" + from,
                        "NAME",
                        name,
                        "SLOTSRANGE",
                        range,
                        range);
                source.followers.add(follower);
                target.followers.add(guard);
                target.importing.add(slot);
                step = Step.SNAPSHOT;
            }
            case SNAPSHOT -> {
                keys.forEach(key -> feed.add(source.copyOf(key)));
                step = Step.COPY;
            }
            case COPY -> {
                if (cancelled) {
                    throw new IllegalStateException("it was cancelled");
                }
                if (!paused && !feed.isEmpty()) {
                    target.feed(feed.remove());
                    return;
                }
                if (paused) {
                    while (!feed.isEmpty()) {
                        target.feed(feed.remove());
                    }
                    target.importing.remove(slot);
                    claim.run();
                    target.say("CLUSTER", "SYNCSLOTS", "FINISH", "STATE", "SUCCESS", "NAME", name);
                    end();
                    step = Step.LEARN;
                }
            }
            case LEARN -> {
                keys.forEach(source::unlink);
                step = Step.OVER;
            }
            case OVER -> throw new IllegalStateException("it is over");
        }
    }

    private void end() {
        source.followers.remove(follower);
        target.followers.remove(guard);
    }

    boolean isCancelled() {
        return cancelled && !isClaimed();
    }

    /// Ends it without success, if that can still be.
    ///
    /// @param keys that have come already
    void fail(List<String> keys) {
        if (step == Step.SNAPSHOT || step == Step.COPY) {
            end();
            keys.forEach(target::unlink);
            target.importing.remove(slot);
            target.say("CLUSTER", "SYNCSLOTS", "FINISH", "STATE", "FAILED", "NAME", name);
            step = Step.OVER;
        }
    }
}
