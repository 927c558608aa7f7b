package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GarbageTest {
    private static final long MEGABYTE = 1 << 20;

    private long live = 50 * MEGABYTE;
    private long used = live;
    private int collections;
    private final Garbage garbage = new Garbage(() -> used, this::collect);

    private void collect() {
        collections++;
        used = live;
    }

    private void use(long bytes) {
        used += bytes;
        garbage.look();
    }

    @Test
    void aProcessTakesNoMoreThanALittleBeyondWhatItKeeps() {
        garbage.look();
        long most = 0;
        for (int i = 0; i < 1_000; i++) {
            use(MEGABYTE);
            most = Math.max(most, used);
        }
        assertThat(most).isLessThanOrEqualTo(live + Garbage.LEAST_BYTES);
        assertThat(collections).isBetween(7, 8);
    }

    @Test
    void whatIsKeptIsNotLookedAtOverAndOver() {
        garbage.look();
        for (int i = 0; i < 4_000; i++) {
            live += MEGABYTE;
            use(MEGABYTE);
        }
        assertThat(collections).isLessThan(10);
    }
}
