package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Every command takes effect exactly once and in its slot's order, whatever happens on the way.
class ClusterSimTest {
    private static final int SEEDS = 2_000;

    @Test
    void everyCommandTakesEffectOnceInItsSlotsOrder() {
        Long only = Long.getLong("seed");
        long first = only == null ? 0 : only;
        int rewinds = 0;
        int deaths = 0;
        int stops = 0;
        int silentLosses = 0;
        for (long seed = first; seed < (only == null ? SEEDS : first + 1); seed++) {
            ClusterSimulation simulation = new ClusterSimulation(seed);
            try {
                simulation.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dseed=" + seed, e);
            }
            rewinds += simulation.rewinds();
            deaths += simulation.deaths();
            stops += simulation.stops();
            silentLosses += simulation.silentLosses();
        }
        if (only == null) {
            assertThat(rewinds).as("rewinds").isGreaterThan(SEEDS / 10);
            assertThat(deaths).as("deaths").isGreaterThan(SEEDS / 10);
            assertThat(stops).as("clean stops").isGreaterThan(SEEDS / 10);
            assertThat(silentLosses).as("losses while no process ran").isGreaterThan(SEEDS / 10);
        }
    }
}
