package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowTest {
    private static final long MILLI = 1_000_000;
    private static final long CHOSEN = 8 << 20;
    private static final long PLENTY = 1L << 40;

    private static long after(long chosen, long most, long... millis) {
        Window window = new Window(chosen, most);
        for (long each : millis) {
            window.answered(each * MILLI);
        }
        return window.bytes();
    }

    @Test
    void aNearNodeGetsWhatWasChosenHoweverLongBatchesWaitInLine() {
        assertThat(after(CHOSEN, PLENTY, 1, 50, 90, 130, 130, 130, 130, 130, 130))
                .isEqualTo(CHOSEN);
    }

    @Test
    void aFarNodeGetsMoreAfterSomeAnswers() {
        long[] few = {200, 200, 200};
        assertThat(after(CHOSEN, PLENTY, few)).isEqualTo(CHOSEN);
        long[] many = {900, 200, 210, 205, 200, 230, 250, 300};
        assertThat(after(CHOSEN, PLENTY, many)).isEqualTo(8 * CHOSEN);
        long[] nearer = {60, 60, 60, 60, 60, 60, 60, 60};
        assertThat(after(CHOSEN, PLENTY, nearer)).isEqualTo(3 * CHOSEN);
    }

    @Test
    void memoryIsTheLimitAndOneAtATimeStaysSo() {
        long[] far = {200, 200, 200, 200, 200, 200, 200, 200};
        assertThat(after(CHOSEN, 20 << 20, far)).isEqualTo(20 << 20);
        assertThat(after(CHOSEN, 1 << 20, far)).isEqualTo(CHOSEN);
        assertThat(after(0, PLENTY, far)).isZero();
    }
}
