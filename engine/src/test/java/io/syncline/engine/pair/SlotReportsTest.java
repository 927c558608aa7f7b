package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How often a run over slots counts them all: nine tenths of its one thread went into that once.
class SlotReportsTest {
    @Test
    void quickLooksAreTwentyASecond() {
        assertThat(untilNext(0)).isEqualTo(50);
        assertThat(untilNext(2)).isEqualTo(50);
    }

    @Test
    void longerOnesTakeATwentiethOfTheTime() {
        assertThat(untilNext(5)).isEqualTo(100);
        assertThat(untilNext(20)).isEqualTo(400);
    }

    /// Numbers that are older than that look as if nothing moved.
    @Test
    void theNextOneIsNeverFurtherAwayThanHalfASecond() {
        assertThat(untilNext(26)).isEqualTo(500);
        assertThat(untilNext(10_000)).isEqualTo(500);
    }

    private static long untilNext(long millis) {
        long nanos = SlotReports.untilNext(Duration.ofMillis(millis).toNanos());
        return Duration.ofNanos(nanos).toMillis();
    }
}
