package io.syncline.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A cluster whose slots move, and one process after another that brings its streams into a target:
/// who does what next is drawn from a seed, with the weights of one world.
final class HandoverWorld {
    private static final int SHARDS = 3;
    private static final int STEPS = 400;
    private static final int ROUNDS = 60;
    private static final int HEAVIEST = 12;

    private final Random random;
    private final SimSource source;
    private final SimTarget target;
    private final boolean byJob;
    private final boolean mortal;

    private boolean over;
    private int gaps;
    private final List<SimPipeline> pipelines = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private int deaths;

    private enum Act {
        WRITE,
        MOVE,
        FLUSHALL,
        PING,
        FORGET_IMPORT,
        FAIL_JOB,
        LOSE,
        READ,
        LOOK,
        FLUSH,
        MONITOR,
        DIE
    }

    HandoverWorld(long seed) {
        random = new Random(seed);
        byJob = random.nextBoolean();
        source = new SimSource(random, SHARDS, byJob, story);
        mortal = random.nextInt(4) > 0;
        target = new SimTarget(random.nextBoolean(), mortal);
        if (mortal) {
            source.movable =
                    slot ->
                            pipelines.isEmpty()
                                    || source.shards.stream()
                                            .allMatch(shard -> isSettled(shard, slot));
        }
    }

    private boolean isSettled(SimShard shard, int slot) {
        SimPipeline pipeline = pipelines.get(shard.number);
        return pipeline.isCopying() || pipeline.holds(slot) == shard.owned.get(slot);
    }

    /// What happened, for people.
    String story() {
        return String.join("\n", story);
    }

    int deaths() {
        return deaths;
    }

    /// How often all was copied again, since jobs had moved slots while no process lived.
    int gaps() {
        return gaps;
    }

    /// What is special about it.
    String kind() {
        return (mortal ? "mortal " : "")
                + (byJob ? "jobs" : "migrate")
                + (target.marks == null ? "" : " to a cluster");
    }

    int moves() {
        return source.moves();
    }

    void run() throws IOException, RewindException {
        List<Act> acts = weights();
        begin();
        for (int i = 0; i < STEPS; i++) {
            attempt(acts.get(random.nextInt(acts.size())));
        }
        while (!source.finishSome()) {
            attempt(Act.MONITOR);
        }
        source.finishMoves();
        over = true;
        settle();
        assertThat(target.data).isEqualTo(source.result());
    }

    private List<Act> weights() {
        List<Act> acts = new ArrayList<>();
        for (Act act : Act.values()) {
            boolean seldom =
                    act == Act.DIE
                            || act == Act.FORGET_IMPORT
                            || act == Act.FAIL_JOB
                            || act == Act.LOSE
                            || act == Act.FLUSHALL;
            int weight = seldom ? random.nextInt(2) : 1 + random.nextInt(HEAVIEST);
            for (int i = 0; i < weight; i++) {
                acts.add(act);
            }
        }
        return acts;
    }

    private void begin() throws RewindException {
        while (pipelines.isEmpty()) {
            boolean unseen = byJob && haveUnseenJobs();
            if (unseen) {
                gaps++;
                story.add("jobs have moved slots unseen");
            }
            SlotLedger ledger = new SlotLedger(target.starts == 0);
            for (int i = 0; i < SHARDS; i++) {
                source.shards.get(i).heard = -1;
                pipelines.add(
                        new SimPipeline(
                                i,
                                source.shards.get(i),
                                ledger,
                                target,
                                random,
                                byJob,
                                this::meanwhile,
                                source::clock,
                                story));
            }
            source.watched = true;
            target.starts++;
            // Each node is asked in the same breath whether jobs have moved slots.
            pipelines.forEach(SimPipeline::firstLook);
            try {
                for (int i = 0; i < SHARDS; i++) {
                    pipelines.get(i).start(target.checkpoints.get(i), unseen);
                }
            } catch (SimWriter.Death e) {
                die();
            }
        }
    }

    private boolean haveUnseenJobs() {
        for (SimShard shard : source.shards) {
            byte[] note = target.notes.get(shard.number);
            if (note != null
                    && (shard.jobSeconds > JobTimes.followedBy(note)
                            || !JobTimes.unfinished(note).isEmpty())) {
                return true;
            }
        }
        return false;
    }

    /// While an applier waits for its monitor.
    private void meanwhile() {
        if (random.nextInt(4) == 0) {
            source.write();
        }
        if (random.nextInt(4) == 0) {
            pipelines.get(random.nextInt(SHARDS)).monitor();
        }
    }

    private void die() {
        deaths++;
        story.add("the process dies");
        pipelines.clear();
        source.watched = false;
        while (!over && random.nextInt(3) == 0) {
            source.move();
            source.write();
        }
    }

    private void attempt(Act act) throws IOException, RewindException {
        try {
            SimPipeline any = pipelines.get(random.nextInt(SHARDS));
            switch (act) {
                case WRITE -> source.write();
                case MOVE -> source.move();
                case FLUSHALL -> source.flush();
                case PING -> source.ping();
                case FAIL_JOB -> source.failJob();
                case FORGET_IMPORT -> source.forgetImport();
                case LOSE -> {
                    if (byJob && !over) {
                        any.lose();
                    }
                }
                case READ -> any.read();
                case LOOK -> any.look();
                case FLUSH -> any.flush();
                case MONITOR -> any.monitor();
                case DIE -> {
                    if (mortal) {
                        throw new SimWriter.Death();
                    }
                }
            }
        } catch (SimWriter.Death e) {
            die();
            begin();
        }
    }

    private void settle() throws IOException, RewindException {
        for (int i = 0; i < ROUNDS * SHARDS; i++) {
            for (int j = 0; j < STEPS / SHARDS; j++) {
                attempt(Act.READ);
            }
            for (int j = 0; j < 2 * SHARDS; j++) {
                attempt(Act.MONITOR);
                attempt(Act.LOOK);
            }
            if (pipelines.stream().noneMatch(SimPipeline::isBehind)) {
                flushAll();
                return;
            }
        }
        throw new AssertionError("a slot is held back for ever: " + pipelines);
    }

    private void flushAll() throws RewindException, IOException {
        for (int done = 0; done < SHARDS; ) {
            try {
                pipelines.get(done).flush();
                done++;
            } catch (SimWriter.Death e) {
                die();
                begin();
                settle();
                return;
            }
        }
    }
}
