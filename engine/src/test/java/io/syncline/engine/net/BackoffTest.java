package io.syncline.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static long seconds(int count) {
        return Duration.ofSeconds(count).toNanos();
    }

    @Test
    void aFaultThatIsFoundOutLateIsTriedOnceMore() {
        Backoff late = new Backoff(Duration.ofSeconds(60), 0);
        assertThat(late.next(seconds(61))).isNotNegative();
        assertThat(late.elapsed(seconds(61))).hasSeconds(61);
        assertThat(late.next(seconds(62))).isNegative();
    }

    @Test
    void whereNothingIsTriedAgainNotEvenOnce() {
        assertThat(new Backoff(Duration.ZERO, 0).next(0)).isNegative();
        assertThat(new Backoff(Duration.ZERO, 0).next(seconds(1))).isNegative();
    }
}
