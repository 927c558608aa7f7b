package io.syncline.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AwayTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final Away away = new Away(nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void whatTheEngineHasWaitedCountsWhenTheServiceGoesOnTrying() {
        pass(Duration.ofMinutes(3));
        assertThat(away.lasted(Duration.ofMinutes(2))).isEqualTo(Duration.ofMinutes(2));
        pass(Duration.ofMinutes(8));

        // The link has ended, and the service begins another one.
        assertThat(away.lasted(Duration.ZERO)).isEqualTo(Duration.ofMinutes(10));
        // The engine of that one counts from its own first failure.
        pass(Duration.ofMinutes(1));
        assertThat(away.lasted(Duration.ofSeconds(5))).isEqualTo(Duration.ofMinutes(11));
    }

    @Test
    void countsAnewWhenDataHaveFlowed() {
        away.lasted(Duration.ZERO);
        pass(Duration.ofMinutes(8));
        away.over();
        pass(Duration.ofMinutes(1));

        assertThat(away.lasted(Duration.ZERO)).isZero();
    }
}
