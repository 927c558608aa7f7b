package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;

class SeedsTest {
    private static final Set<Long> SEEN = new HashSet<>();

    @RandomTest(seeds = 3)
    void everyRunHasItsOwnSeed(long seed) {
        assertThat(seed).isNotNegative();
        SEEN.add(seed);
    }

    @AfterAll
    static void asManyAsAskedForUnlessOneIsReplayed() {
        Long replayed = Long.getLong("seed");
        if (replayed == null) {
            assertThat(SEEN).hasSize(3);
        } else {
            assertThat(SEEN).containsExactly(replayed);
        }
    }
}
