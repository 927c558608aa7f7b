package io.syncline.engine.twoway;

import java.util.SplittableRandom;

/// How often each thing happens in one world: the weights differ hugely, so that any stream, link
/// or answer may lag behind everything else.
final class SimWeights {
    /// What may happen next.
    enum Event {
        OPERATION,
        REQUEST_AT_SOURCE,
        REQUEST_AT_TARGET,
        ANSWER_OF_SOURCE,
        ANSWER_OF_TARGET,
        STREAM_OF_SOURCE,
        STREAM_OF_TARGET,
        WRITE_TO_SOURCE,
        WRITE_TO_TARGET,
        REPAIR,
        TIME
    }

    private static final double[][] PICKS = {{1}, {.5, 1, 2}, {.1, 1, 5}, {.05, .3, 1, 8}};
    private static final Event[] EVENTS = Event.values();

    private final SplittableRandom random;
    private final double[] sums = new double[EVENTS.length];
    private final int[] cut = new int[2];
    private final double ghostChance;
    private final boolean biased;

    SimWeights(SplittableRandom random) {
        this.random = random;
        double[] pick = PICKS[random.nextInt(PICKS.length)];
        double[] spread = {.05, .15, .5, 1};
        double sum = 0;
        for (int i = 0; i < sums.length; i++) {
            double weight = pick[random.nextInt(pick.length)];
            if (EVENTS[i] == Event.TIME) {
                weight *= .3;
            } else if (EVENTS[i] == Event.OPERATION) {
                weight *= spread[random.nextInt(spread.length)];
            }
            sum += weight;
            sums[i] = sum;
        }
        double[] chances = {.02, .1, .5};
        ghostChance = chances[random.nextInt(chances.length)];
        biased = random.nextBoolean();
    }

    /// A stream that is cut brings nothing for a while.
    void step() {
        if (random.nextInt(100) == 0) {
            cut[random.nextInt(2)] = random.nextInt(5, 61);
        }
        for (int i = 0; i < cut.length; i++) {
            cut[i] = Math.max(0, cut[i] - 1);
        }
    }

    Event pick() {
        double at = random.nextDouble() * sums[sums.length - 1];
        int i = 0;
        while (sums[i] < at) {
            i++;
        }
        return EVENTS[i];
    }

    boolean isCut(Site site) {
        return cut[site.index()] > 0;
    }

    /// How likely a dead process's next request arrives at a step.
    double ghostChance() {
        return ghostChance;
    }

    /// Whether users like to write just while the pair does.
    boolean isBiased() {
        return biased;
    }
}
