package io.syncline.engine.twoway;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Directions that are paused or throttled for a while by their user.
final class SimHolds {
    private final SplittableRandom random;
    private final SimTally tally;
    private final boolean any;
    private final boolean[] held = new boolean[Site.values().length];

    /// @param any whether there are users who do so
    SimHolds(SplittableRandom random, SimTally tally, boolean any) {
        this.random = random;
        this.tally = tally;
        this.any = any;
    }

    /// One step of the world.
    void step() {
        if (any && random.nextInt(30) == 0) {
            int origin = random.nextInt(held.length);
            held[origin] = !held[origin];
            tally.holds += held[origin] ? 1 : 0;
        }
    }

    boolean isHeld(Site origin) {
        return held[origin.index()];
    }

    boolean areAny() {
        return any;
    }

    /// One direction stays held back.
    Site leaveOne() {
        end();
        Site origin = random.nextBoolean() ? Site.SOURCE : Site.TARGET;
        held[origin.index()] = true;
        return origin;
    }

    void end() {
        Arrays.fill(held, false);
    }
}
